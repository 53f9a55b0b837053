import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { theme } from "../../theme/theme.ts";
import { CommentBox } from "./comment-box.tsx";

function show(props: Partial<Parameters<typeof CommentBox>[0]> = {}) {
  const send = vi.fn<(body: string) => Promise<unknown>>(() => Promise.resolve());
  render(
    <MantineProvider theme={theme} env="test">
      <CommentBox label="Say something" action="Send" send={send} {...props} />
    </MantineProvider>,
  );
  return { send, field: screen.getByLabelText<HTMLTextAreaElement>("Say something"), button: screen.getByRole("button", { name: "Send" }) };
}

describe("a box for words", () => {
  it("sends nothing while nothing is written", () => {
    const { send, field, button } = show();
    fireEvent.change(field, { target: { value: "  " } });
    fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
    expect([button.hasAttribute("disabled"), send.mock.calls]).toEqual([true, []]);
  });

  it("lets a description be taken away", async () => {
    const { send, field, button } = show({ start: "As agreed", mayBeEmpty: true });
    fireEvent.change(field, { target: { value: "" } });
    fireEvent.click(button);
    await waitFor(() => expect(send).toHaveBeenCalledExactlyOnceWith(""));
  });

  it("keeps what is written when sending fails", async () => {
    const { field, button } = show({ send: () => Promise.reject(new Error("no network")) });
    fireEvent.change(field, { target: { value: "A word" } });
    fireEvent.click(button);
    await screen.findByRole("alert");
    expect(field.value).toBe("A word");
  });
});
