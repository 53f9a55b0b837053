export { countProposal, NOTHING_PROPOSED } from "./count-proposal.ts";
export { proposals } from "./proposals.ts";
export type {
  ChangeSpread,
  ChangeSummaryOf,
  ColumnRule,
  EditedRow,
  Proposal,
  ProposalCounts,
  ProposedColumnCounts,
  ProposeFileInput,
  ProposeProgress,
  ProposeRowsInput,
  Proposals,
  SuggestKeysOptions,
} from "./types.ts";
