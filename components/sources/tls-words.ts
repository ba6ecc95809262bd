/** What each TLS mode means. */
export const TLS_WORDS: Readonly<Record<string, { readonly label: string; readonly about: string }>> = {
  'verify-full': {
    label: 'Encrypted, certificate verified',
    about: 'The server must show a certificate for its name.',
  },
  require: { label: 'Encrypted, certificate not verified', about: 'Somebody between could pose as the server.' },
  disable: { label: 'Not encrypted', about: 'Only for networks that nobody else can listen on.' },
};
