/** The op, in a loaded table only, of a delete whose row stays: an update that changes only the time of the delete. */
export const SOFT_DELETE = 's';
