import { Button } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import Check from "lucide-react/icons/check";
import { connectionsQuery } from "../../api/connections.ts";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { itemsOf } from "../../api/list.ts";
import { invitationsQuery, peopleQuery } from "../../api/people.ts";
import { useMay, useSession } from "../../api/session.ts";
import { useSlug } from "../../shell/index.ts";
import classes from "./home.module.css";

interface Step {
  readonly title: string;
  readonly text: string;
  readonly path: string;
  readonly done: boolean;
  readonly offered: boolean;
}

/** The first things to do in a new workspace, with what is really done. Undefined while that is not known. */
function useSteps(): readonly Step[] | undefined {
  const { features, user, mail } = useSession();
  const mayConnect = useMay("connection:create");
  const offer = { data: features["importData"] === true, invite: features["invitePeople"] === true, instance: features["administerInstance"] === true };
  const datasets = useInfiniteQuery({ ...catalogQuery({}), enabled: offer.data });
  const connections = useInfiniteQuery({ ...connectionsQuery({}), enabled: mayConnect });
  const people = useInfiniteQuery({ ...peopleQuery(), enabled: offer.invite });
  const invitations = useInfiniteQuery({ ...invitationsQuery(), enabled: offer.invite });
  if (connections.isLoading || datasets.isLoading || people.isLoading || invitations.isLoading) return undefined;
  const steps: readonly Step[] = [
    {
      title: "Import a file",
      text: "Its types are proved, and no value is lost.",
      path: "/import",
      done: itemsOf(datasets.data).length > 0,
      offered: offer.data,
    },
    {
      title: "Connect a source",
      text: "A database, a bucket, an API: tested step by step.",
      path: "/connections/new",
      done: itemsOf(connections.data).length > 0,
      offered: mayConnect,
    },
    {
      title: "Invite a colleague",
      text: "Choose the roles they get; they choose their password.",
      path: "/people?invite=1",
      done: itemsOf(people.data).length > 1 || itemsOf(invitations.data).length > 0,
      offered: offer.invite,
    },
    {
      title: "Protect your account",
      text: "A second factor keeps a stolen password useless.",
      path: "/profile?tab=security",
      done: user.secondFactorEnabled,
      offered: true,
    },
    {
      title: "Send mail",
      text: "Set a mail server; until then mails wait in the outbox.",
      path: "/settings?tab=mail",
      done: mail === "smtp",
      offered: offer.instance,
    },
  ];
  return steps.filter(({ offered }) => offered);
}

/** The checklist of a new workspace. Goes away when everything is done, or when it is put away. */
export function Checklist() {
  const slug = useSlug();
  const [hidden, setHidden] = useLocalStorage({ key: `granary.checklist.${slug}`, defaultValue: false, getInitialValueInEffect: false });
  const steps = useSteps();
  if (hidden || steps === undefined) return null;
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) return null;
  return (
    <section className={classes.checklist} aria-label="First steps">
      <div className={classes.checkHead}>
        <h2 className={classes.checkTitle}>
          First steps <span className="g-soft">{`${done} of ${steps.length} done`}</span>
        </h2>
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setHidden(true)}>
          Put away
        </Button>
      </div>
      <ol className={classes.steps}>
        {steps.map((step, index) => (
          <li key={step.title} className={classes.step} data-done={step.done || undefined}>
            <span className={classes.number}>{step.done ? <Check size={14} aria-label="Done" /> : index + 1}</span>
            <span className={classes.stepWords}>
              <Link to={`/w/${slug}${step.path}` as "/"} className={classes.stepTitle}>
                {step.title}
              </Link>
              <span className={classes.stepText}>{step.text}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
