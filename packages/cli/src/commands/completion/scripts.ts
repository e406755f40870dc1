/**
 * What shells are told. They ask `cog __complete =WORD BEFORE...` for the words that may stand where WORD is begun, after
 * BEFORE; an answer is a line `word<TAB>what it is`. A word that ends in one of `=/:@` is to be written on.
 * The `=` keeps an empty WORD from being dropped on its way.
 */

// Written for the bash 3.2 of macOS too. Bash takes a word apart at "=" and ":" and replaces only its last part, so the
// line is read anew, and candidates lose what stands before that part.
const bash = `# bash completion for cog
_cog() {
  local line="\${COMP_LINE:0:COMP_POINT}" word="" kept="" candidate
  local -a words
  read -ra words <<<"$line"
  if [[ "$line" != *[[:space:]] ]]; then
    word="\${words[\${#words[@]}-1]}"
    unset "words[\${#words[@]}-1]"
  fi
  case "$word" in
    *[=:]*) kept="\${word%"\${word##*[=:]}"}" ;;
  esac
  COMPREPLY=()
  while IFS= read -r candidate; do
    candidate="\${candidate%%$'\\t'*}"
    [[ -n "$candidate" ]] && COMPREPLY+=("\${candidate#"$kept"}")
  done < <("$1" __complete "=$word" "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *[=:/@] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o nosort -F _cog cog 2>/dev/null || complete -F _cog cog
`;

const zsh = `#compdef cog
_cog() {
  local line word
  local -a whole open whole_shown open_shown before
  before=("\${(@Q)words[2,CURRENT-1]}")
  for line in "\${(@f)$("\${(Q)words[1]/#\\~/$HOME}" __complete "=\${(Q)PREFIX}" "$before[@]" 2>/dev/null)}"; do
    word="\${line%%$'\\t'*}"
    [[ -n "$word" ]] || continue
    if [[ "$word" == *[=:/@] ]]; then
      open+=("$word")
      open_shown+=("\${line/$'\\t'/  }")
    else
      whole+=("$word")
      whole_shown+=("\${line/$'\\t'/  }")
    fi
  done
  (( \${#whole} )) && compadd -l -d whole_shown -a whole
  (( \${#open} )) && compadd -l -S '' -d open_shown -a open
}
if [[ "\${funcstack[1]}" == _cog ]]; then
  _cog "$@"
else
  compdef _cog cog
fi
`;

const fish = `# fish completion for cog
function __cog_complete
    set -l words (commandline -opc)
    $words[1] __complete "="(commandline -ct) $words[2..-1] 2>/dev/null
end
complete -c cog -f -a '(__cog_complete)'
`;

const powershell = `# PowerShell completion for cog
Register-ArgumentCompleter -Native -CommandName cog -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    $before = @($words | Select-Object -Skip 1)
    & $words[0] __complete "=$wordToComplete" @before 2>$null | ForEach-Object {
        $word, $what = $_ -split "\`t", 2
        if (-not $what) { $what = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $what)
    }
}
`;

export const scripts = { bash, zsh, fish, powershell } as const;
