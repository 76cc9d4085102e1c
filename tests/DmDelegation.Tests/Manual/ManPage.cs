using System.Text;
using System.Text.RegularExpressions;

namespace DmDelegation.Tests.Manual;

/// <summary>One manual page in the man(7) language, built from top to bottom. It puts what is text into text: no text can become a request.</summary>
public sealed partial class ManPage
{
    private readonly StringBuilder _text = new();

    /// <summary>A page.</summary>
    /// <param name="name">Name of the page, such as <c>dmagent-status</c>.</param>
    /// <param name="section">Section of the manual.</param>
    /// <param name="summary">What it is about, for the section NAME.</param>
    /// <param name="date">Date of the release.</param>
    /// <param name="version">Version of the release.</param>
    public ManPage(string name, int section, string summary, DateTimeOffset date, string version)
    {
        (Name, Extension) = (name, section);
        _text.Append($".TH {Request(name.ToUpperInvariant())} {section} {date:yyyy-MM-dd} {Request("dmagent " + version)}\n");
        Line(".nh").Line(".ad l");
        Section("NAME");
        Line($"{Plain(name)} \\- {Plain(Small(summary.TrimEnd('.', '?')))}");
    }

    /// <summary>Name of the page.</summary>
    public string Name { get; }

    /// <summary>Section of the manual.</summary>
    public int Extension { get; }

    /// <summary>Name of its file.</summary>
    public string File => $"{Name}.{Extension}";

    /// <summary>The page.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Begins a section.</summary>
    public ManPage Section(string title) => Line($".SH {Request(title)}");

    /// <summary>Begins a subsection.</summary>
    public ManPage Subsection(string title) => Line($".SS {Request(title)}");

    /// <summary>Paragraphs, apart by empty lines; options and commands in them are set bold.</summary>
    public ManPage Paragraphs(string text)
    {
        foreach (var (at, paragraph) in text.Split("\n\n").Index())
        {
            if (at > 0)
                Line(".PP");
            Line(Styled(paragraph.ReplaceLineEndings(" ")));
        }

        return this;
    }

    /// <summary>A synopsis: words in bold, places for words in italics.</summary>
    /// <param name="command">The words of the command.</param>
    /// <param name="rest">Options and arguments.</param>
    public ManPage Synopsis(string command, IEnumerable<string> rest)
    {
        Line($".B {Request(command)}");
        foreach (var part in rest)
            Line(Synopsis(part));
        return this;
    }

    /// <summary>A term and what it means.</summary>
    public ManPage Tagged(string term, string text)
    {
        Line(".TP");
        Line($"\\fB{Plain(term)}\\fR");
        return Paragraphs(text);
    }

    /// <summary>An option, a place for a word, or both, and what it means.</summary>
    public ManPage TaggedOption(string option, string? place, string text)
    {
        Line(".TP");
        Line(string.Join(' ', new[] { option.Length > 0 ? $"\\fB{Plain(option)}\\fR" : "", place is null ? "" : $"\\fI{Plain(place)}\\fR" }.Where(part => part.Length > 0)));
        return Paragraphs(text);
    }

    /// <summary>More below the term before.</summary>
    public ManPage More(string text) => Line(".IP").Line(Styled(text));

    /// <summary>Lines as they are.</summary>
    public ManPage Verbatim(string lines)
    {
        Line(".PP").Line(".RS 4").Line(".nf");
        foreach (var line in lines.Split('\n'))
            Line(Plain(line));
        return Line(".fi").Line(".RE");
    }

    /// <summary>Other pages.</summary>
    public ManPage SeeAlso(IEnumerable<(string Name, int Section)> pages)
    {
        Section("SEE ALSO");
        var all = pages.Order().ToList();
        foreach (var (at, page) in all.Index())
            Line($".BR {Request(page.Name)} ({page.Section}){(at + 1 < all.Count ? "," : "")}");
        return this;
    }

    private ManPage Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    /// <summary>Does not begin with a capital, unless with a name in capitals.</summary>
    private static string Small(string text) => char.IsUpper(text[1]) ? text : char.ToLowerInvariant(text[0]) + text[1..];

    /// <summary>Places for words are what stands in capitals.</summary>
    private static string Synopsis(string part) => Place().Replace(Plain(part), @"\fI$0\fR");

    private static string Styled(string text) => Bold().Replace(Plain(text), @"\fB$0\fR");

    /// <summary>Text in which nothing is a request or an escape, and every hyphen is one that can be typed.</summary>
    private static string Plain(string text)
    {
        var safe = text.Replace(@"\", @"\e", StringComparison.Ordinal).Replace("-", @"\-", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal)
            .Replace("'", @"\(aq", StringComparison.Ordinal).Replace("^", @"\(ha", StringComparison.Ordinal).Replace("~", @"\(ti", StringComparison.Ordinal);
        return safe.Length > 0 && safe[0] == '.' ? @"\&" + safe : safe;
    }

    /// <summary>An argument of a request.</summary>
    private static string Request(string text) => $"\"{Plain(text).Replace("\"", @"\(dq", StringComparison.Ordinal)}\"";

    /// <summary>An option, or a command line of the agent.</summary>
    [GeneratedRegex(@"(?<![\w/])\\-\\-[a-z][a-z\\-]*|dmagent(?: [a-z]+(?:\\-[a-z]+)*)+(?= [A-Z]|[.,;:)]|$)")]
    private static partial Regex Bold();

    [GeneratedRegex(@"[A-Z][A-Z:]+")]
    private static partial Regex Place();
}
