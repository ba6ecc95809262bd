/** Where system programs are found. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/** What embedded services and system programs see of our environment: nothing of a person's settings and secrets. */
export const SERVICE_ENV = { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC', NODE_ENV: 'production' } as const;
