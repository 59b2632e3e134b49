/** The services whose use of the cache is shown. */
export const SERVICE = 'service=~"$service"'

/** The databases that stand behind the cache. */
export const DATABASE = 'service=~"$database"'

/** The cache servers: the `service` label that scrape configuration gives them, as for the rule of `cache:up`. */
export const CACHE_SERVERS = 'service="redis-cache"'
