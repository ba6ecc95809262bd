/** The few file operations the catalog needs. URIs are full (`file:///...`, `s3://...`) and lie in the warehouse. */
export interface MetadataStore {
  /** The file's bytes, or null when it does not exist. */
  read(uri: string): Promise<Buffer | null>;
  /** Resolves once the whole file is durable under its name; readers never see part of it. */
  write(uri: string, bytes: Buffer): Promise<void>;
  /** Deleting what is not there is fine. */
  delete(uri: string): Promise<void>;
}
