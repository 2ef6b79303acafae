/** Certificates for tests, made by openssl in a folder of their own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A folder, and what makes NAME.pem and NAME.key in it. */
export const certificates = () => {
  const home = mkdtempSync(join(tmpdir(), 'bayou-tls-'));
  const openssl = (...args: ReadonlyArray<string>): void => void execFileSync('openssl', args, { cwd: home, stdio: 'ignore' });
  return {
    home,
    openssl,
    pem: (name: string): string => readFileSync(join(home, name), 'utf8'),
    authority: (name: string): void =>
      openssl('req', '-x509', ...EC, '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`),
    /** `names`: as in `IP:127.0.0.1,DNS:localhost`. `days`: how long it is valid; negative: it has expired. */
    signed: (name: string, by: string, names: string, days = 2): void => {
      const addition = ['-addext', `subjectAltName=${names}`];
      openssl('req', ...EC, '-subj', `/CN=${name}`, ...addition, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const authority = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-days', `${days}`, '-copy_extensions', 'copy'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...authority, '-out', `${name}.pem`);
    },
    remove: (): void => rmSync(home, { recursive: true, force: true }),
  };
};
