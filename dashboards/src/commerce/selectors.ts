/** The services that take orders. */
export const SERVICE = 'service=~"$service"'

/** The workers that charge and settle them. */
export const WORKER = 'service=~"$worker"'
