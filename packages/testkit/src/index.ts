export { type ChildOptions, type FinishedChild, type RunningChild, startScript } from "./child.ts";
export { type MailSink, openMailSink } from "./mail-sink.ts";
export { type FormFile, multipartForm } from "./multipart-form.ts";
export { createTestUser, createTestWorkspace, type NewTestUser, openTestSession, principalOf, type TestUser, type TestWorkspace } from "./people.ts";
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./postgres.ts";
export { startTestServer, type TestResponse, type TestServer, type TestServerOptions } from "./server.ts";
