# fish completion for linkerd-topology. It evaluates nothing that was typed.
function __linkerd_topology
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l before (string match -r -- '^--[^=]*=' $typed)
    for line in ($words[1] complete -- $words[2..-1] "$typed" 2>/dev/null)
        # The last line begins with a colon, and is no answer.
        string match -q -- ':*' $line; or printf '%s%s\n' "$before" $line
    end
end
complete -c linkerd-topology -e
complete -c linkerd-topology -f -a '(__linkerd_topology)'
