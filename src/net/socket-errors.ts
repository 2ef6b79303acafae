/** Texts for two ends that cannot connect, or lose their connection: what is wrong, and which option to change. */
import type { TLSSocket } from 'node:tls';
import { SPEAKS_HTTP } from './frame.js';
import { meaningOf, TLS_NAMES, type Tls } from './tls.js';

const TRUST = `is ${TLS_NAMES.ca} who has signed the certificate of the other end?`;
const NO_TLS = 'does the other end speak TLS? It needs --tls-cert and --tls-key for that';
const OLD = 'the --tls-cert of the other end has to be renewed (or a date is wrong)';
const UNKNOWN = `the other end does not take ${TLS_NAMES.cert}: it must be signed by whom the other end trusts, and be in time`;
const NOT_TLS = 'what it says is not TLS: does it have --tls-ca?';
const VERSION = 'bayou speaks TLS 1.3 and nothing older';
/** The meaning of a system's error code, when no connection came about. */
const UNREACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'no address is found for this name',
  EAI_AGAIN: 'no address is found for this name, as no name server answers',
  EHOSTUNREACH: 'no way leads there from here',
  ENETUNREACH: 'no way leads there from here',
  ETIMEDOUT: 'nothing came back from there',
  EMFILE: 'this process has too many files open; raise its limit (ulimit -n)',
  ENFILE: 'the system has too many files open; raise its limit (sysctl fs.file-max)',
};
/** Advice by the code of a TLS error. */
const ADVICE: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  UNABLE_TO_GET_ISSUER_CERT: TRUST,
  CERT_SIGNATURE_FAILURE: TRUST,
  CERT_HAS_EXPIRED: OLD,
  CERT_NOT_YET_VALID: OLD,
  ERR_TLS_CERT_ALTNAME_INVALID: 'the --tls-cert of the other end is for other names than this one',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: `the other end wants to see one: give ${TLS_NAMES.cert} and ${TLS_NAMES.key}`,
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: `it has to show one, for this server has ${TLS_NAMES.ca}: give it --tls-cert and --tls-key`,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: UNKNOWN,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: UNKNOWN,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: UNKNOWN,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: UNKNOWN,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: VERSION,
  ERR_SSL_UNSUPPORTED_PROTOCOL: VERSION,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_HTTP_REQUEST: SPEAKS_HTTP,
};
const OTHERWISE = 'look at --tls-cert, --tls-key and --tls-ca of both ends';

const adviceOf = (code: string, what: string): string | undefined => {
  if (what.includes('before secure TLS connection')) return NO_TLS;
  return UNREACHED[code] ?? ADVICE[code] ?? (/^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_)/.test(code) ? OTHERWISE : undefined);
};

/** The code of an error of a connection. Node gives some of OpenSSL's errors as EPROTO and a line of text: the code is made of that line. */
const tlsCodeOf = (error: NodeJS.ErrnoException): string =>
  error.code === 'EPROTO'
    ? `ERR_SSL_${meaningOf(error)
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]+/g, '_')}`
    : (error.code ?? '');

/** What Node adds to an error where the socket had no local address, and the colon before a list of names that is empty. */
const EMPTY_END = / - Local \(undefined:undefined\)$|:\s*$/;

/** Has this process, or the system, no file left to connect with? Then it is useless to try again. */
export const isOutOfFiles = (why: string): boolean => /\bE[MN]FILE\b/.test(why);

/** The text of a socket's error, with its meaning, or, for a TLS error, with advice. For a name with several addresses Node gives the code alone. */
export const socketError = (error: NodeJS.ErrnoException): string => {
  const what = (meaningOf(error) || (error.code ?? 'the connection failed')).replace(EMPTY_END, '');
  const advice = adviceOf(tlsCodeOf(error), what);
  return advice === undefined ? what : `${what}: ${advice}`;
};

/** The reason why a dialing end has no TLS with this server. Node tells what is wrong with that end's certificate; for any other reason it tells only that the end hung up. */
export const strangerError = (error: NodeJS.ErrnoException, socket: TLSSocket): string => {
  const why = socket.authorizationError as unknown;
  if (why === undefined || why === null)
    return tlsCodeOf(error) === 'ERR_SSL_WRONG_VERSION_NUMBER' ? NOT_TLS : socketError(error);
  return `its certificate is not taken (${typeof why === 'string' ? why : meaningOf(why)}): ${TLS_NAMES.ca} must be who has signed it, and it must be in time`;
};

/** A possible reason why an end hangs up, or is not understood. */
export const maybeTls = (tls: Tls | undefined): string =>
  tls === undefined
    ? 'is the other end at its limit of open files (ulimit -n), or does the other end speak TLS? Then give --tls-ca (tls.ca) here'
    : 'does the other end know who has signed --tls-cert (tls.cert), and is it in time?';
