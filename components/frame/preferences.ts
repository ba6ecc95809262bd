/** What a person chose for this browser, in cookies that the server reads, so that the first picture is right. */
export const THEME_COOKIE = 'philotes-theme';
export const RAIL_COOKIE = 'philotes-rail';

export type Theme = 'system' | 'light' | 'dark';

export const toTheme = (text: string | undefined): Theme => (text === 'light' || text === 'dark' ? text : 'system');
