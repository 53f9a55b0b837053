import { type Command, Argument } from "commander";
import type { Shell } from "../shell.ts";
import { routeTable } from "./api.ts";

/** What can follow a path of command names: further names, options, and values of arguments. */
interface Place {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly text: string }[];
}

function optionsOf(command: Command): Place["words"] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) => (option.long === undefined ? [] : [{ word: option.long, text: option.description }]));
}

/** Every place of the command tree, the program's own options included everywhere. */
function placesOf(program: Command, routeIds: readonly string[]): readonly Place[] {
  const shared = optionsOf(program).filter((option) => option.word !== "--version");
  const visit = (command: Command, path: readonly string[]): readonly Place[] => {
    const names = command.commands.map((child) => ({ word: child.name(), text: child.description() }));
    const values = command.registeredArguments.flatMap((argument) => (argument.argChoices ?? []).map((word) => ({ word, text: argument.description })));
    const routes = path.join(" ") === "api" ? routeIds.map((word) => ({ word, text: "route" })) : [];
    const options = path.length === 0 ? shared : [...optionsOf(command).filter((option) => !shared.some((one) => one.word === option.word)), ...shared];
    return [
      { path: path.join(" "), words: [...names, ...values, ...routes, ...options] },
      ...command.commands.flatMap((child) => visit(child, [...path, child.name()])),
    ];
  };
  return visit(program, []);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Reads the command path off the words before the cursor: options are left out, and what is no known path ends it. */
function bashScript(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => `    ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(" "))} ;;`);
  return `# bash completion for granary; load it with: source <(granary completion bash)
_granary() {
  local words path="" word candidate
  local -a before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  for word in "\${before[@]}"; do
    case "$word" in -*) continue ;; esac
    candidate="\${path:+$path }$word"
    case "|${places.map(({ path }) => path).join("|")}|" in *"|$candidate|"*) path="$candidate" ;; esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _granary granary
`;
}

function zshScript(places: readonly Place[]): string {
  const described = ({ word, text }: Place["words"][number]): string => quoted(`${word.replaceAll(":", "\\:")}:${text}`);
  const cases = places.map(({ path, words: list }) => `    ${quoted(path)}) entries=(${list.map(described).join(" ")}) ;;`);
  return `#compdef granary
# zsh completion for granary; load it with: source <(granary completion zsh)
_granary() {
  local here="" word candidate
  local -a entries
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do
    [[ "$word" == -* ]] && continue
    candidate="\${here:+$here }$word"
    [[ "|${places.map(({ path }) => path).join("|")}|" == *"|$candidate|"* ]] && here="$candidate"
  done
  case "$here" in
${cases.join("\n")}
  esac
  _describe 'granary' entries || _files
}
if [ "\${funcstack[1]}" = "_granary" ]; then _granary; else compdef _granary granary; fi
`;
}

function fishScript(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const pairs = words.flatMap(({ word, text }) => [quoted(word), quoted(text)]);
    return `        case ${quoted(path)}\n            printf '%s\\t%s\\n' ${pairs.join(" ")}`;
  });
  return `# fish completion for granary; load it with: granary completion fish | source
function __granary_words
    set -l here ''
    set -l before (commandline -opc)
    set -e before[1]
    for word in $before
        string match -q -- '-*' $word; and continue
        set -l candidate (string trim "$here $word")
        contains -- $candidate ${places.map(({ path }) => quoted(path)).join(" ")}; and set here $candidate
    end
    switch $here
${cases.join("\n")}
    end
end
complete -c granary -a '(__granary_words)'
`;
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `completion`: a script for the shell, made from the commands themselves. */
export function addCompletion(program: Command, shell: Shell): void {
  program
    .command("completion")
    .description("print a completion script for a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)))
    .action(async (name: keyof typeof SCRIPTS) => {
      shell.terminal.write(SCRIPTS[name](placesOf(program, Object.keys(await routeTable()))));
    });
}
