import { AsyncLocalStorage } from "node:async_hooks";
import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs, QueryResult, RootOperationNode, UnknownRow } from "kysely";

export interface OpenTransaction {
  finished: boolean;
}

/** The transaction the current call chain runs in, if any. */
export const currentTransaction = new AsyncLocalStorage<OpenTransaction>();

abstract class Guard implements KyselyPlugin {
  abstract check(node: RootOperationNode): void;

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    this.check(args.node);
    return args.node;
  }

  transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(args.result);
  }
}

/** For handles outside a transaction: they read only, and not from inside an open transaction. */
export class ReaderGuard extends Guard {
  check(node: RootOperationNode): void {
    if (node.kind !== "SelectQueryNode" && node.kind !== "RawNode") {
      throw new Error(`A ${node.kind} outside a transaction: write inside ctx.tx(async (ctx) => ...).`);
    }
    if (currentTransaction.getStore()?.finished === false) {
      throw new Error("The pool was used inside a transaction: use the inner ctx that ctx.tx gives to its callback.");
    }
  }
}

/** For a transaction's handle: it must not outlive the transaction. */
export class FinishedGuard extends Guard {
  readonly #transaction: OpenTransaction;

  constructor(transaction: OpenTransaction) {
    super();
    this.#transaction = transaction;
  }

  check(): void {
    if (this.#transaction.finished) throw new Error("The transaction is finished: await everything inside ctx.tx before its callback returns.");
  }
}
