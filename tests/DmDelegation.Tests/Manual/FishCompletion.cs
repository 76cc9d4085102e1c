using System.Collections.Immutable;
using System.Text;

namespace DmDelegation.Tests.Manual;

/// <summary>The completion for fish.</summary>
internal static class FishCompletion
{
    private const string Head =
        """
        # fish completion for dmagent, made from the description of its commands

        # Words before the one to complete, without options and their values.
        function __dmagent_words
            set -l skip 0
            for word in (commandline -opc)[2..]
                if test $skip = 1
                    set skip 0
                    continue
                end
                switch $word
                    case @WITH_VALUE@
                        set skip 1
                    case '-*'
                    case '*'
                        echo $word
                end
            end
        end

        # True if so many arguments stand behind these words of a command; with * any number does.
        function __dmagent_at
            set -l words (__dmagent_words)
            set -l wanted $argv[2..]
            set -l length (count $wanted)
            if test $length -gt 0
                test "$words[1..$length]" = "$wanted"; or return 1
            end
            test $argv[1] = '*'; or test (count $words) -eq (math $length + $argv[1])
        end

        # The values of one field of an answer of the agent; nothing if it does not answer.
        function __dmagent_asked
            dmagent $argv[2..] --json 2>/dev/null | string match -ra "\"$argv[1]\":\"[^\"\\\\]*\"" | string replace -r '^"[^"]*":"(.*)"$' '$1'
        end

        complete -c dmagent -f

        """;

    /// <summary>The file.</summary>
    public static string Of(ImmutableArray<CompletedCommand> all)
    {
        var withValue = string.Join(' ', CompletionModel.WithValue(all).Select(option => option.Name));
        var text = new StringBuilder(Head.Replace("@WITH_VALUE@", withValue, StringComparison.Ordinal));
        foreach (var command in all)
        {
            foreach (var (name, description) in command.Commands)
                text.Append($"complete -c dmagent -n '__dmagent_at 0{Key(command)}' -a {name} -d {Quoted(description)}\n");
            var isGlobal = command.Path.Length == 0;
            foreach (var option in command.Options.Where(option => isGlobal || all[0].Options.All(global => global.Name != option.Name)))
                text.Append($"complete -c dmagent{(isGlobal ? "" : $" -n '__dmagent_at \"*\"{Key(command)}'")} -l {option.Name[2..]} -d {Quoted(option.Description)}{Offer(option.Value)}\n");
            foreach (var (at, value) in command.Arguments.Index().Where(argument => argument.Item.Source != ValueSource.None))
            {
                var count = command.Repeats && at + 1 == command.Arguments.Length ? "\"*\"" : $"{at}";
                text.Append($"complete -c dmagent -n '__dmagent_at {count}{Key(command)}'{Offer(value)}\n");
            }
        }

        return text.ToString();
    }

    private static string Key(CompletedCommand command) => command.Path.Length == 0 ? "" : " " + command.Path;

    private static string Quoted(string text) => $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";

    private static string Offer(Value? value) => value?.Source switch
    {
        null => "",
        ValueSource.None => " -x",
        ValueSource.Words => $" -x -a '{string.Join(' ', value.Value.Words)}'",
        ValueSource.File => " -r -F",
        ValueSource.Node => " -x -a '(__dmagent_asked uri tree list . --recursive)'",
        _ => CompletionModel.Asked.Where(asked => asked.Source == value.Value.Source).Select(asked => $" -x -a '(__dmagent_asked {asked.Field} {asked.Command})'").Single(),
    };
}
