#!/bin/sh
# Makes an authority and a certificate for each address that is given, in the folder tls. Keep ca.key off the machines.
# Usage: make-certificates.sh ADDRESS...
set -eu
umask 077
mkdir -p tls
cd tls
new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
[ -e ca.pem ] || openssl req -x509 $new -days 3650 -subj '/CN=bayou' -keyout ca.key -out ca.pem 2>/dev/null
for address; do
  case $address in *[!0-9.:]*) name="DNS:$address" ;; *) name="IP:$address" ;; esac
  openssl req $new -subj "/CN=$address" -addext "subjectAltName=$name" -keyout "$address.key" -out "$address.csr" 2>/dev/null
  openssl x509 -req -in "$address.csr" -CA ca.pem -CAkey ca.key -days 825 -copy_extensions copy -out "$address.pem" 2>/dev/null
  rm "$address.csr"
done
