using System.Collections.Immutable;
using System.Text;

namespace DmDelegation.Tests.Manual;

/// <summary>The completion for bash. Values that the agent tells come from servers in part: they are compared and quoted, never expanded.</summary>
internal static class BashCompletion
{
    private const string Head =
        """
        # bash completion for dmagent, made from the description of its commands
        # shellcheck shell=bash

        # The values of one field of an answer of the agent; nothing if it does not answer.
        _dmagent_asked() {
            local field=$1
            shift
            dmagent "${config[@]}" "$@" --json 2>/dev/null | grep -o "\"$field\":\"[^\"\\\\]*\"" | cut -d'"' -f4
        }

        # Takes the lines of its input that begin as the word does.
        _dmagent_take() {
            local line
            while IFS= read -r line; do
                [[ $line == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
            done
        }

        """;

    private const string Walk =
        """
        _dmagent() {
            local cur=${COMP_WORDS[COMP_CWORD]} path='' skip='' count=0 word i
            local config=()
            COMPREPLY=()
            for ((i = 1; i < COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if [[ -n $skip ]]; then
                    [[ $skip == --config ]] && config=(--config "$word")
                    skip=''
                    continue
                fi
                case $word in
                    @WITH_VALUE@) skip=$word ;;
                    -*) ;;
                    *)
                        case "$path $word" in
                            @COMMANDS@) path="$path $word" ;;
                            *) count=$((count + 1)) ;;
                        esac
                        ;;
                esac
            done

        """;

    /// <summary>The file.</summary>
    public static string Of(ImmutableArray<CompletedCommand> all)
    {
        var text = new StringBuilder(Head);
        var commands = string.Join(" | ", all.Skip(1).Select(command => $"\" {command.Path}\""));
        var withValue = CompletionModel.WithValue(all).ToList();
        text.Append(Walk.Replace("@WITH_VALUE@", string.Join(" | ", withValue.Select(option => option.Name)), StringComparison.Ordinal).Replace("@COMMANDS@", commands, StringComparison.Ordinal));
        text.Append("    case $skip in\n        '') ;;\n");
        foreach (var option in withValue)
            text.Append($"        {option.Name})\n            {Offer(option.Value!.Value)}\n            return\n            ;;\n");
        text.Append("    esac\n    if [[ $cur == -* ]]; then\n        case $path in\n");
        foreach (var command in all)
            text.Append($"            '{Key(command)}') {Words(command.Options.Select(option => option.Name))} ;;\n");
        text.Append("        esac\n        return\n    fi\n    case \"$path/$count\" in\n");
        foreach (var command in all.Where(command => !command.Commands.IsEmpty))
            text.Append($"        '{Key(command)}/0') {Words(command.Commands.Select(sub => sub.Name))} ;;\n");
        foreach (var command in all)
        {
            foreach (var (at, value) in command.Arguments.Index().Where(argument => argument.Item.Source != ValueSource.None))
                text.Append($"        '{Key(command)}/{(command.Repeats && at + 1 == command.Arguments.Length ? "'*" : $"{at}'")}) {Offer(value)} ;;\n");
        }

        return text.Append("    esac\n}\n\ncomplete -F _dmagent dmagent\n").ToString();
    }

    private static string Key(CompletedCommand command) => command.Path.Length == 0 ? "" : " " + command.Path;

    private static string Words(IEnumerable<string> words) => $"_dmagent_take < <(printf '%s\\n' {string.Join(' ', words)})";

    private static string Offer(Value value) => value.Source switch
    {
        ValueSource.None => ":",
        ValueSource.Words => Words(value.Words),
        ValueSource.File => "compopt -o default",
        ValueSource.Node => "compopt -o nospace && _dmagent_take < <(case $cur in */*) _dmagent_asked uri tree list \"${cur%/*}\" ;; *) _dmagent_asked uri tree list . ;; esac)",
        _ => CompletionModel.Asked.Where(asked => asked.Source == value.Source).Select(asked => $"_dmagent_take < <(_dmagent_asked {asked.Field} {asked.Command})").Single(),
    };
}
