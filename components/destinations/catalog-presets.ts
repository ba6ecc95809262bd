/** Catalogs that people run, with how their addresses look and how one signs in. They speak the same protocol. */
export const PRESETS = ['lakekeeper', 'polaris', 'nessie', 'r2', 'generic'] as const;
export type Preset = (typeof PRESETS)[number];

type CatalogPreset = {
  readonly label: string;
  readonly uri: string;
  readonly uriHint: string;
  readonly warehouse: string;
  readonly warehouseHint: string;
  readonly auth: 'none' | 'bearer' | 'oauth2';
  readonly authHint: string;
  readonly scope: string;
  readonly region: string;
  readonly endpoint: string;
};

export const CATALOG_PRESETS: Readonly<Record<Preset, CatalogPreset>> = {
  lakekeeper: {
    label: 'Lakekeeper',
    uri: 'https://lakekeeper.example.com/catalog',
    uriHint: 'The server’s address with /catalog.',
    warehouse: 'lake',
    warehouseHint: 'The warehouse’s name, as Lakekeeper’s console shows it.',
    auth: 'oauth2',
    authHint: 'Tokens come from your identity provider: give its token endpoint.',
    scope: 'lakekeeper',
    region: 'us-east-1',
    endpoint: '',
  },
  polaris: {
    label: 'Polaris',
    uri: 'https://polaris.example.com/api/catalog',
    uriHint: 'The server’s address with /api/catalog.',
    warehouse: 'lake',
    warehouseHint: 'The name of the catalog within Polaris.',
    auth: 'oauth2',
    authHint: 'Id and secret of a principal. Polaris gives the tokens itself.',
    scope: 'PRINCIPAL_ROLE:ALL',
    region: 'us-east-1',
    endpoint: '',
  },
  nessie: {
    label: 'Nessie',
    uri: 'https://nessie.example.com/iceberg',
    uriHint: 'The server’s address with /iceberg; behind it a branch, where it is not the default one.',
    warehouse: 'lake',
    warehouseHint: 'A warehouse of Nessie’s configuration, or its location.',
    auth: 'bearer',
    authHint: 'A token of your identity provider; none where Nessie asks for none.',
    scope: '',
    region: 'us-east-1',
    endpoint: '',
  },
  r2: {
    label: 'R2 Data Catalog',
    uri: 'https://catalog.cloudflarestorage.com/<account>/<bucket>',
    uriHint: 'Catalog URI, in the settings of the bucket.',
    warehouse: '<account>_<bucket>',
    warehouseHint: 'Warehouse name, in the settings of the bucket.',
    auth: 'bearer',
    authHint: 'An API token with rights on R2 storage and on the data catalog.',
    scope: '',
    region: 'auto',
    endpoint: 'https://<account>.r2.cloudflarestorage.com',
  },
  generic: {
    label: 'Another one',
    uri: 'https://catalog.example.com',
    uriHint: 'The address before /v1.',
    warehouse: 'lake',
    warehouseHint: 'What the catalog calls the warehouse.',
    auth: 'none',
    authHint: 'As the catalog asks for it.',
    scope: '',
    region: 'us-east-1',
    endpoint: '',
  },
};
