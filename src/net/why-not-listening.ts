/** The reason why a process cannot listen at an address, with what to do. */

const PRIVILEGED = 1024;

/** The text for a system's error, with what to do where there is something to do. `several`: several ports were tried, this one last. */
export const whyNotListening = ({ code, message }: NodeJS.ErrnoException, port: number, several = false): string => {
  switch (code) {
    case 'EADDRINUSE':
      return `${several ? 'they are all' : `port ${port} is`} taken there (ss -ltnp shows by whom); choose another port`;
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address (ip address shows those that it has); choose one of its own';
    case 'EACCES':
      return port < PRIVILEGED && port > 0
        ? `this user may not listen on port ${port}: ports below ${PRIVILEGED} need a privilege; choose a greater one`
        : `this user may not listen on port ${port} (permission denied)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no address is found for this name (${code}); give an address, or see to the name's entry`;
    default:
      return message;
  }
};
