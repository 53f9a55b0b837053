import type { RowEdit } from "@granary/protocol";
import { expect, it } from "vitest";
import type { EditsToSave } from "../../api/change-drafts.ts";
import { DraftSaver } from "./draft-saver.ts";

const edit = (price: string): RowEdit => ({ op: "modify", key: ["7"], cells: { price } });

/** A server that remembers what it was sent. */
function server(refusals = 0) {
  let left = refusals;
  const begun: string[] = [];
  const saved: EditsToSave[] = [];
  const calls = {
    begin: async (dataset: string) => {
      begun.push(dataset);
      return { id: "chg_1" as never };
    },
    save: async (_change: string, edits: EditsToSave) => {
      left -= 1;
      if (left >= 0) throw new Error("busy");
      saved.push(edits);
    },
  };
  return { begun, saved, calls };
}

it("begins a draft with the first edit, and only one", async () => {
  const { begun, saved, calls } = server();
  const saver = new DraftSaver("ds_1", calls, undefined);
  saver.change([["a", edit("1")]]);
  expect(await saver.flush()).toBe(true);
  saver.change([["a", edit("2")]]);
  await saver.flush();
  expect(begun).toEqual(["ds_1"]);
  expect(saved.map(([first]) => first?.edit)).toEqual([edit("1"), edit("2")]);
});

it("tells the server to forget a row that is not edited any more", async () => {
  const { saved, calls } = server();
  const saver = new DraftSaver("ds_1", calls, "chg_9" as never);
  saver.change([["a", undefined]]);
  await saver.flush();
  expect(saved).toEqual([[{ rowId: "a", edit: null }]]);
});

it("keeps what could not be stored, and stores it with the next try", async () => {
  const { saved, calls } = server(1);
  const saver = new DraftSaver("ds_1", calls, undefined);
  saver.change([["a", edit("1")]]);
  expect(await saver.flush()).toBe(false);
  expect(saver.state().state).toBe("failed");
  saver.change([["b", edit("2")]]);
  expect(await saver.flush()).toBe(true);
  expect(saved[0]?.map(({ rowId }) => rowId)).toEqual(["a", "b"]);
});

it("stores what was edited again while it was being stored", async () => {
  const { saved, calls } = server();
  const saver = new DraftSaver("ds_1", calls, "chg_9" as never);
  saver.change([["a", edit("1")]]);
  const flushed = saver.flush();
  saver.change([["a", edit("2")]]);
  await flushed;
  await saver.flush();
  expect(saved.at(-1)?.[0]?.edit).toEqual(edit("2"));
});
