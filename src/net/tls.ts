/** Checks the texts of TLS options. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';

/**
 * TLS, as PEM texts. `cert` and `key`: this end's certificate and its key; a server must have them. `ca`: the authorities that sign the other ends'
 * certificates; without it, those that Node trusts. A server that has a `ca` asks its clients and peers for certificates too.
 * @category Connections
 */
export interface Tls {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

/** The names of the three texts on the command line and in the library. */
export const TLS_NAMES = { cert: '--tls-cert (tls.cert)', key: '--tls-key (tls.key)', ca: '--tls-ca (tls.ca)' } as const;

const CERTIFICATE = /-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----[^]*?-----END \1-----/g;
const KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** OpenSSL's own line, which Node gives as it is where a write is what fails: `…:error:NUMBER:LIBRARY:FUNCTION:REASON:FILE:LINE:`. */
const RAW = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/;

/** The meaning of an OpenSSL error, without the lines, addresses and files of OpenSSL's source in its message. */
export const meaningOf = (error: unknown): string => {
  const { reason, message } = error as { readonly reason?: string; readonly message?: string };
  return (reason ?? RAW.exec(message ?? '')?.[1] ?? message ?? String(error)).trim().replaceAll(/\s+/g, ' ');
};

/** The fault of a text of certificates. OpenSSL takes any text, and trusts nobody where it has no certificate. */
const wrongWithCertificates = (name: 'cert' | 'ca', text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const all = text.match(CERTIFICATE);
  if (all === null) return `there is no certificate in ${TLS_NAMES[name]}`;
  try {
    for (const one of all) new X509Certificate(one);
    return undefined;
  } catch (error) {
    return `${TLS_NAMES[name]} has a certificate that cannot be read: ${meaningOf(error)}`;
  }
};

const wrongWithKey = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  if (!KEY.test(text)) return `there is no private key in ${TLS_NAMES.key}`;
  return ENCRYPTED.test(text) ? `${TLS_NAMES.key} has a passphrase: take it off, and keep the file to yourself` : undefined;
};

/** Whether the key is the certificate's. (OpenSSL by itself does not compare a key with a certificate of another kind, RSA and elliptic curves.) */
const isPair = ({ cert, key }: Tls): boolean =>
  cert === undefined || key === undefined || new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));

/** The fault of the texts, in one line; undefined: there is none. */
const wrongWithTls = (tls: Tls): string | undefined => {
  if ((tls.cert === undefined) !== (tls.key === undefined))
    return 'a certificate and its key go together: one of them is missing';
  const wrong = wrongWithCertificates('cert', tls.cert) ?? wrongWithCertificates('ca', tls.ca) ?? wrongWithKey(tls.key);
  if (wrong !== undefined) return wrong;
  try {
    if (!isPair(tls)) return `${TLS_NAMES.key} is not the key of the certificate in ${TLS_NAMES.cert}`;
    createSecureContext({ ...tls });
    return undefined;
  } catch (error) {
    return `the certificate, its key or the authority cannot be used: ${meaningOf(error)}`;
  }
};

/** The texts, checked by {@link wrongWithTls}. Left: one line. */
export const checkedTls = (tls: Tls | undefined, needsCertificate: boolean): E.Either<string, Tls | undefined> => {
  if (tls === undefined) return E.right(tls);
  const wrong = wrongWithTls(tls);
  if (wrong !== undefined) return E.left(`tls: ${wrong}`);
  return needsCertificate && tls.cert === undefined ? E.left('tls: a server needs a certificate and its key') : E.right(tls);
};

/** A line about a certificate of the chain that is not valid now; undefined: all are valid. The texts must have been checked. */
export const validityOf = ({ cert }: Tls, nowMs: number): string | undefined => {
  for (const one of cert?.match(CERTIFICATE) ?? []) {
    const { validFrom, validTo } = new X509Certificate(one);
    if (Date.parse(validTo) < nowMs)
      return `a certificate in ${TLS_NAMES.cert} was valid until ${validTo}: nobody takes it; have another one made`;
    if (Date.parse(validFrom) > nowMs)
      return `a certificate in ${TLS_NAMES.cert} is valid from ${validFrom} on: nobody takes it before (is the date of this machine right?)`;
  }
  return undefined;
};
