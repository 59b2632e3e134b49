/** The services whose use of the database is shown. */
export const SERVICE = 'service=~"$service"'

/** The database servers. */
export const SERVER = 'service=~"$database"'

/** Databases that people use: the exporter's own queries run in `postgres`, as for the rule of `db:transactions:rate1m`. */
export const IN_USE = 'datname!~"|postgres|template.*"'
