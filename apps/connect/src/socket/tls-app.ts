import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { SSLApp, type TemplatedApp } from 'uWebSockets.js';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly keyFile: string;
  /** The certificate, followed by those between it and the root. */
  readonly certificateFile: string;
}

/** An application that speaks TLS only. Rejects with the names of the files and what is wrong with them. */
export async function createTlsApp({ keyFile, certificateFile }: TlsFiles): Promise<TemplatedApp> {
  try {
    // The transport reads the files itself, but of failures it says only that there was one.
    const [key, cert] = await Promise.all([readFile(keyFile), readFile(certificateFile)]);
    createSecureContext({ key, cert });
    return SSLApp({ key_file_name: keyFile, cert_file_name: certificateFile });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const files = `key ${keyFile} and certificate ${certificateFile}`;
    throw new Error(`cannot speak TLS with ${files}: ${reason}`, { cause: error });
  }
}
