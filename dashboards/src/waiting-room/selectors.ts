/** The services in front of which people wait. */
export const SERVICE = 'service=~"$service"'

/** The room's Redis: the `service` label that scrape configuration gives it, as for the rule of `waiting_room:redis_up`. */
export const REDIS = 'service="redis-queue"'
