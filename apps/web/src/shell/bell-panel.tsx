import { Button, Popover } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { itemsOf } from "../api/list.ts";
import { notificationsQuery, useReadNotifications } from "../api/notifications.ts";
import { EmptyState } from "../kit/empty-state.tsx";
import { ErrorNote } from "../kit/error-note.tsx";
import { RelativeTime } from "../kit/relative-time.tsx";
import classes from "./bell.module.css";
import { BellButton } from "./bell-button.tsx";
import { useOpenOnArrival } from "./on-demand.tsx";
import { useSlug } from "./place.ts";

/** Links of notifications are paths below a workspace, or whole paths. */
function addressOf(link: string, slug: string): string {
  return link.startsWith("/w/") ? link : `/w/${slug}${link}`;
}

/** What happened that concerns the reader. */
export default function BellPanel() {
  const { opened, setOpened, target } = useOpenOnArrival();
  const slug = useSlug();
  const query = useInfiniteQuery(notificationsQuery());
  const read = useReadNotifications();
  const items = itemsOf(query.data);
  const unread = query.data?.pages[0]?.unread ?? 0;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={360} trapFocus returnFocus>
      <Popover.Target>
        <BellButton ref={target} unread={unread} onClick={() => setOpened((was) => !was)} />
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Notifications">
        <div className={classes.head}>
          <h2 className={classes.title}>Notifications</h2>
          {unread > 0 && (
            <Button variant="subtle" size="compact-xs" color="gray" loading={read.isPending} onClick={() => read.mutate({ all: true })}>
              Mark all as read
            </Button>
          )}
        </div>
        {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.data !== undefined && items.length === 0 && (
          <EmptyState small title="Nothing yet" text="Failed jobs of yours and what others ask of you appear here." />
        )}
        <ul className={classes.list}>
          {items.map((item) => (
            <li key={item.id} className={classes.item} data-unread={item.readAt === null || undefined}>
              <p className={classes.name}>
                {item.link === null ? (
                  item.title
                ) : (
                  <Link
                    to={addressOf(item.link, slug) as "/"}
                    onClick={() => {
                      setOpened(false);
                      if (item.readAt === null) read.mutate({ ids: [item.id] });
                    }}
                  >
                    {item.title}
                  </Link>
                )}
              </p>
              {item.body !== "" && <p className={classes.body}>{item.body}</p>}
              <p className={classes.when}>
                {item.readAt === null && <strong>Unread · </strong>}
                <RelativeTime at={item.createdAt} />
              </p>
            </li>
          ))}
        </ul>
        {query.hasNextPage && (
          <Button variant="subtle" color="gray" fullWidth radius={0} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
