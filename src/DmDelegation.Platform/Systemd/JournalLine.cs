using System.Text;
using DmDelegation.Engine;

namespace DmDelegation.Platform.Systemd;

/// <summary>Log lines for standard output.</summary>
public static class JournalLine
{
    /// <summary>Most characters of a text or a value: own choice. A server's message of wrong addresses must not fill the journal.</summary>
    public const int MaxCharacters = 2048;

    /// <summary>One line: <c>&lt;severity&gt;DM1001 text name=value …</c>. What came from outside cannot break out of its line or forge another one.</summary>
    /// <param name="line">What to write.</param>
    /// <param name="withPrefix">Put the severity in front as the journal reads it; not for a terminal.</param>
    public static string Format(LogLine line, bool withPrefix)
    {
        var text = new StringBuilder();
        if (withPrefix)
            text.Append('<').Append((int)line.Code.Severity).Append('>');
        text.Append(line.Code).Append(' ');
        AppendSafely(text, line.Text);
        foreach (var (name, value) in line.Fields)
        {
            text.Append(' ').Append(name).Append('=');
            AppendSafely(text, value);
        }

        return text.ToString();
    }

    private static void AppendSafely(StringBuilder text, string value)
    {
        foreach (var c in value.AsSpan(0, Math.Min(value.Length, MaxCharacters)))
            text.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? '\uFFFD' : c);
        if (value.Length > MaxCharacters)
            text.Append('…');
    }
}
