export { API_CLIENT, API_KEY, type ApiSource, type SeenRequest, startApiSource } from "./api-source.ts";
export { type MariadbSource, startMariadbSource } from "./mariadb-source.ts";
export { type PostgresSource, startPostgresSource } from "./postgres-source.ts";
export { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
export { type SftpSource, startSftpSource } from "./sftp-source.ts";
