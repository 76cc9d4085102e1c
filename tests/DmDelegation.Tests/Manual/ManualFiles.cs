using System.Collections.Immutable;
using DmDelegation.Agent.Commands;

namespace DmDelegation.Tests.Manual;

/// <summary>Everything that is made out of the description of the commands and the table of settings: manual pages and shell completions.</summary>
public static class ManualFiles
{
    /// <summary>All files, by path; the same for the same sources.</summary>
    public static ImmutableSortedDictionary<string, string> All()
    {
        var root = new CommandLine(new Shell(TextWriter.Null, TextWriter.Null, null)).Root();
        var completed = CompletionModel.Of(root);
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var page in CommandPages.Of(root).Append(ConfigurationPage.Page()))
            files.Add("man/" + page.File, page.ToString());
        files.Add("bash-completion/dmagent", BashCompletion.Of(completed));
        files.Add("zsh/_dmagent", ZshCompletion.Of(completed));
        files.Add("fish/dmagent.fish", FishCompletion.Of(completed));
        return files.ToImmutable();
    }

    /// <summary>Writes them below a folder.</summary>
    /// <returns>How many.</returns>
    public static int Write(string folder)
    {
        var files = All();
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        return files.Count;
    }
}
