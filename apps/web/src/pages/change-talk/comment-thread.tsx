import type { ChangeComment } from "@granary/protocol";
import { Button } from "@mantine/core";
import CircleCheck from "lucide-react/icons/circle-check";
import { useState } from "react";
import { useComment, useDeleteComment, useEditComment } from "../../api/changes.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { toastError } from "../../kit/toast.tsx";
import { CommentBox } from "./comment-box.tsx";
import classes from "./talk.module.css";
import type { Thread } from "./threads.ts";

interface CommentThreadProps {
  readonly change: string;
  readonly thread: Thread;
  readonly canAnswer: boolean;
  /** Leads to the row or the cell it is about. */
  readonly onShow?: ((comment: ChangeComment) => void) | undefined;
}

/** A remark, its answers, and whether it is settled. A settled one is folded until it is asked for. */
export function CommentThread({ change, thread, canAnswer, onShow }: CommentThreadProps) {
  const { root, replies } = thread;
  const [isOpen, setOpen] = useState(root.resolved === null);
  const [isAnswering, setAnswering] = useState(false);
  const comment = useComment();
  const edit = useEditComment();
  const settle = (resolved: boolean) =>
    edit.mutate(
      { params: { change, comment: root.id }, body: { resolved } },
      { onSuccess: () => setOpen(!resolved), onError: (error) => toastError("Not changed", error) },
    );
  if (!isOpen)
    return (
      <div className={classes.thread} data-settled>
        <button type="button" className={classes.unfold} onClick={() => setOpen(true)}>
          <CircleCheck size={14} aria-hidden="true" /> Settled{root.resolved?.by != null && ` by ${root.resolved.by.name}`}: {root.body.slice(0, 80)}
          {root.body.length > 80 && "…"}
        </button>
      </div>
    );
  return (
    <div className={classes.thread} data-settled={root.resolved !== null || undefined}>
      <About comment={root} onShow={onShow} />
      <Remark change={change} comment={root} />
      {replies.map((reply) => (
        <Remark key={reply.id} change={change} comment={reply} />
      ))}
      {isAnswering ? (
        <CommentBox
          label="Your answer"
          action="Answer"
          hasFocus
          onCancel={() => setAnswering(false)}
          send={async (body) => {
            await comment.mutateAsync({ change, body: { body, parentId: root.id } });
            setAnswering(false);
          }}
        />
      ) : (
        <div className={classes.threadEnd}>
          {canAnswer && (
            <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setAnswering(true)}>
              Answer
            </Button>
          )}
          {root.can.resolve && (
            <Button variant="subtle" color="gray" size="compact-xs" loading={edit.isPending} onClick={() => settle(root.resolved === null)}>
              {root.resolved === null ? "Settle" : "Open again"}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function About({ comment, onShow }: { readonly comment: ChangeComment; readonly onShow: CommentThreadProps["onShow"] }) {
  const { rowKey, column } = comment;
  if (rowKey === null && column === null) return null;
  const text = [rowKey === null ? undefined : `row ${rowKey.map((part) => part ?? "null").join(", ")}`, column ?? undefined].filter(Boolean).join(" · ");
  return (
    <p className={classes.about}>
      {onShow === undefined || rowKey === null ? (
        text
      ) : (
        <button type="button" className={classes.aboutLink} onClick={() => onShow(comment)}>
          {text}
        </button>
      )}
    </p>
  );
}

/** One person's words. */
function Remark({ change, comment }: { readonly change: string; readonly comment: ChangeComment }) {
  const [isEditing, setEditing] = useState(false);
  const edit = useEditComment();
  const remove = useDeleteComment();
  const confirm = useConfirm();
  const params = { change, comment: comment.id };
  const askRemove = () =>
    confirm({
      title: "Take the comment back",
      text: "Nobody sees it from then on.",
      action: "Take it back",
      danger: true,
      run: () => remove.mutateAsync(params),
    });
  return (
    <article className={classes.remark}>
      <p className={classes.by}>
        <strong>{comment.by?.name ?? "Somebody who has left"}</strong>
        <span className={classes.soft}>
          <RelativeTime at={comment.at} />, revision {comment.revision}
          {comment.editedAt !== null && ", edited"}
        </span>
        <span className={classes.tools}>
          {comment.can.edit && !isEditing && (
            <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setEditing(true)}>
              Edit
            </Button>
          )}
          {comment.can.delete && (
            <Button variant="subtle" color="gray" size="compact-xs" onClick={askRemove}>
              Delete
            </Button>
          )}
        </span>
      </p>
      {isEditing ? (
        <CommentBox
          label="Your comment"
          action="Save"
          start={comment.body}
          hasFocus
          onCancel={() => setEditing(false)}
          send={async (body) => {
            await edit.mutateAsync({ params, body: { body } });
            setEditing(false);
          }}
        />
      ) : (
        <p className={classes.body}>{comment.body}</p>
      )}
    </article>
  );
}
