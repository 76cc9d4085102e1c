using System.Collections.Immutable;
using System.Text;

namespace DmDelegation.Tests.Manual;

/// <summary>The completion for zsh.</summary>
internal static class ZshCompletion
{
    private const string Head =
        """
        #compdef dmagent
        # zsh completion for dmagent, made from the description of its commands

        # The values of one field of an answer of the agent; nothing if it does not answer.
        _dmagent_asked() {
            local field=$1
            shift
            local -a values
            values=("${(@f)$(dmagent "${config[@]}" "$@" --json 2>/dev/null | grep -o "\"$field\":\"[^\"\\\\]*\"" | cut -d'"' -f4)}")
            compadd -a -- values
        }

        _dmagent() {
            local route='' skip='' word
            local -i count=0 i
            local -a config candidates
            for ((i = 2; i < CURRENT; i++)); do
                word=${words[i]}
                if [[ -n $skip ]]; then
                    [[ $skip == --config ]] && config=(--config "$word")
                    skip=''
                    continue
                fi
                case $word in
                    @WITH_VALUE@) skip=$word ;;
                    -*) ;;
                    *)
                        case "$route $word" in
                            @COMMANDS@) route="$route $word" ;;
                            *) count=$((count + 1)) ;;
                        esac
                        ;;
                esac
            done

        """;

    /// <summary>The file.</summary>
    public static string Of(ImmutableArray<CompletedCommand> all)
    {
        var commands = string.Join(" | ", all.Skip(1).Select(command => $"\" {command.Path}\""));
        var withValue = CompletionModel.WithValue(all).ToList();
        var text = new StringBuilder(Head.Replace("@WITH_VALUE@", string.Join(" | ", withValue.Select(option => option.Name)), StringComparison.Ordinal).Replace("@COMMANDS@", commands, StringComparison.Ordinal));
        text.Append("    case $skip in\n        '') ;;\n");
        foreach (var option in withValue)
            text.Append($"        {option.Name})\n            {Offer(option.Value!.Value)}\n            return\n            ;;\n");
        text.Append("    esac\n    if [[ $PREFIX == -* ]]; then\n        case $route in\n");
        foreach (var command in all)
            text.Append($"            '{Key(command)}') candidates=({Described(command.Options.Select(option => (option.Name, option.Description)))}) ;;\n");
        text.Append("        esac\n        _describe -o option candidates\n        return\n    fi\n    case \"$route/$count\" in\n");
        foreach (var command in all.Where(command => !command.Commands.IsEmpty))
        {
            text.Append($"        '{Key(command)}/0')\n            candidates=({Described(command.Commands)})\n            _describe command candidates\n            ;;\n");
        }

        foreach (var command in all)
        {
            foreach (var (at, value) in command.Arguments.Index().Where(argument => argument.Item.Source != ValueSource.None))
                text.Append($"        '{Key(command)}/{(command.Repeats && at + 1 == command.Arguments.Length ? "'*" : $"{at}'")}) {Offer(value)} ;;\n");
        }

        return text.Append("    esac\n}\n\n_dmagent \"$@\"\n").ToString();
    }

    private static string Key(CompletedCommand command) => command.Path.Length == 0 ? "" : " " + command.Path;

    private static string Described(IEnumerable<(string Name, string Description)> words) => string.Join(' ', words.Select(word => Quoted($"{word.Name}:{word.Description}")));

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Offer(Value value) => value.Source switch
    {
        ValueSource.None => ":",
        ValueSource.Words => $"compadd -- {string.Join(' ', value.Words)}",
        ValueSource.File => "_files",
        ValueSource.Node => "case $PREFIX in */*) _dmagent_asked uri tree list \"${PREFIX%/*}\" ;; *) _dmagent_asked uri tree list . ;; esac",
        _ => CompletionModel.Asked.Where(asked => asked.Source == value.Source).Select(asked => $"_dmagent_asked {asked.Field} {asked.Command}").Single(),
    };
}
