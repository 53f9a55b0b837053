export type { Bin, ColumnProfile, ProfiledColumn, ProfileOptions, Quantile, ValueCount } from "./column-profile.ts";
export { detailQuery, readDetails } from "./detail-query.ts";
export { type ProfileDraft, profileQuery, type ProfileShape, profileShape, readProfile } from "./profile-query.ts";
export { profileRelation } from "./profile-relation.ts";
