import type { Dataset, DatasetChange, Frequency, Visibility } from "@granary/protocol";
import { ActionIcon, Autocomplete, Button, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import X from "lucide-react/icons/x";
import { catalogQuery, useUpdateDataset } from "../../api/dataset-catalog.ts";
import { itemsOf } from "../../api/list.ts";
import { peopleQuery } from "../../api/people.ts";
import { useMay } from "../../api/session.ts";
import { CopyId } from "../../kit/copy-id.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { emailIn } from "../dataset-sharing/email-in.ts";
import { AboutHistory } from "./about-history.tsx";
import classes from "./about.module.css";
import { FrequencyBadge, Tags, VisibilityBadge } from "./catalog-item.tsx";
import { FORMAT_TITLES, FREQUENCY_TITLES, VISIBILITY_TEXTS } from "./catalog-search.ts";
import { InlineField } from "./inline-field.tsx";

const nothing = <span className="g-soft">nothing yet</span>;

/** What is said about a dataset, edited where it stands, and who changed it before. */
export function AboutTab({ dataset }: { readonly dataset: Dataset }) {
  return (
    <div className={classes.two}>
      <Panel title="About">
        <Fields dataset={dataset} />
      </Panel>
      <Panel title="Changes" text="Who changed what is said here.">
        <AboutHistory dataset={dataset.id} />
      </Panel>
    </div>
  );
}

function Fields({ dataset }: { readonly dataset: Dataset }) {
  const update = useUpdateDataset();
  const format = useFormat();
  const { update: canEdit, share: canShare } = dataset.can;
  const save = (body: DatasetChange) => update.mutateAsync({ params: { dataset: dataset.id }, body, version: dataset.version });
  return (
    <dl className={classes.fields}>
      <InlineField
        label="Name"
        value={dataset.name}
        show={dataset.name}
        canEdit={canEdit}
        edit={(value, onChange) => <TextInput aria-label="Name" value={value} onChange={(event) => onChange(event.currentTarget.value)} autoFocus />}
        save={(name) => save({ name })}
      />
      <InlineField
        label="Description"
        value={dataset.description}
        show={dataset.description === "" ? nothing : <p className={classes.text}>{dataset.description}</p>}
        canEdit={canEdit}
        edit={(value, onChange) => (
          <Textarea
            aria-label="Description"
            autosize
            minRows={3}
            maxRows={14}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            autoFocus
          />
        )}
        save={(description) => save({ description })}
      />
      <InlineField
        label="Tags"
        value={dataset.tags as string[]}
        show={dataset.tags.length === 0 ? nothing : <Tags tags={dataset.tags} />}
        canEdit={canEdit}
        edit={(value, onChange) => <TagField value={value} onChange={onChange} />}
        save={(tags) => save({ tags })}
      />
      <InlineField
        label="Properties"
        value={Object.entries(dataset.properties)}
        show={<Properties properties={dataset.properties} />}
        canEdit={canEdit}
        edit={(value, onChange) => <PropertyFields value={value} onChange={onChange} />}
        save={(entries) => save({ properties: Object.fromEntries(entries.filter(([name]) => name.trim() !== "")) })}
      />
      <InlineField
        label="How often new data comes"
        value={dataset.frequency}
        show={dataset.frequency === null ? nothing : <FrequencyBadge frequency={dataset.frequency} />}
        canEdit={canEdit}
        edit={(value, onChange) => (
          <Select
            aria-label="How often new data comes"
            data={Object.entries(FREQUENCY_TITLES).map(([each, title]) => ({ value: each, label: title }))}
            value={value}
            onChange={(chosen) => onChange(chosen as Frequency | null)}
            placeholder="Not said"
            clearable
          />
        )}
        save={(frequency) => save({ frequency })}
      />
      <InlineField
        label="Who may know of it"
        value={dataset.visibility}
        show={<VisibilityText visibility={dataset.visibility} />}
        canEdit={canShare}
        edit={(value, onChange) => (
          <Select
            aria-label="Who may know of it"
            data={Object.entries(VISIBILITY_TEXTS).map(([each, { title, text }]) => ({ value: each, label: `${title}: ${text}` }))}
            value={value}
            allowDeselect={false}
            onChange={(chosen) => onChange(chosen as Visibility)}
          />
        )}
        save={(visibility) => save({ visibility })}
      />
      <InlineField
        label="Owner"
        value=""
        show={dataset.owner?.name ?? "nobody now"}
        canEdit={canShare}
        edit={(value, onChange) => <OwnerField value={value} onChange={onChange} />}
        save={(owner) => save({ owner: emailIn(owner) })}
      />
      <Fact label="Made of">{dataset.format === null ? nothing : FORMAT_TITLES[dataset.format]}</Fact>
      <Fact label="Created">{format.moment(dataset.createdAt)}</Fact>
      <Fact label="Id">
        <CopyId value={dataset.id} label="dataset id" whole />
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value}>{children}</dd>
    </div>
  );
}

function VisibilityText({ visibility }: { readonly visibility: Visibility }) {
  return (
    <>
      <VisibilityBadge visibility={visibility} /> <span className="g-soft">{VISIBILITY_TEXTS[visibility].text}</span>
    </>
  );
}

/** Tags, with those that other datasets have as suggestions. */
function TagField({ value, onChange }: { readonly value: string[]; readonly onChange: (tags: string[]) => void }) {
  const query = useInfiniteQuery(catalogQuery({}));
  const known = query.data?.pages[0]?.facets?.tags.map((tag) => tag.value) ?? [];
  return <TagsInput aria-label="Tags" value={value} onChange={onChange} data={known} placeholder="Type and press Enter" autoFocus />;
}

function Properties({ properties }: { readonly properties: Dataset["properties"] }) {
  const entries = Object.entries(properties);
  if (entries.length === 0) return nothing;
  return (
    <dl className={classes.properties}>
      {entries.map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Entries = [string, string][];

function PropertyFields({ value, onChange }: { readonly value: Entries; readonly onChange: (entries: Entries) => void }) {
  const set = (index: number, entry: [string, string]) => onChange(value.map((each, at) => (at === index ? entry : each)));
  return (
    <>
      {value.map(([name, text], index) => (
        <div key={index} className={classes.property}>
          <TextInput
            aria-label={`Name of property ${index + 1}`}
            placeholder="Name"
            value={name}
            onChange={(event) => set(index, [event.currentTarget.value, text])}
          />
          <TextInput
            aria-label={`Value of property ${index + 1}`}
            placeholder="Value"
            value={text}
            onChange={(event) => set(index, [name, event.currentTarget.value])}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove property ${name === "" ? index + 1 : name}`}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <X size={14} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button variant="default" size="compact-xs" onClick={() => onChange([...value, ["", ""]])}>
          Add a property
        </Button>
      </div>
    </>
  );
}

const TYPING_MS = 200;

/** The new owner by name or e-mail address. */
function OwnerField({ value, onChange }: { readonly value: string; readonly onChange: (email: string) => void }) {
  const [settled] = useDebouncedValue(value.trim(), TYPING_MS);
  const mayReadPeople = useMay("user:read");
  const people = useInfiniteQuery({ ...peopleQuery({ search: settled }), enabled: mayReadPeople && settled !== "", placeholderData: keepPreviousData });
  return (
    <Autocomplete
      aria-label="New owner"
      description="Whoever owns it now keeps contributing, but cannot take it back."
      placeholder="E-mail address or name"
      value={value}
      onChange={onChange}
      filter={({ options }) => options}
      data={itemsOf(people.data).map(({ name, email }) => `${name} (${email})`)}
      autoFocus
    />
  );
}
