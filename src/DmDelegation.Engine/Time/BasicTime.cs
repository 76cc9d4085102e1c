using System.Globalization;

namespace DmDelegation.Engine.Time;

/// <summary>UTC in basic ISO 8601, complete, e.g. <c>20300102T030405Z</c> (6.1).</summary>
public static class BasicTime
{
    private const string Pattern = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Writes a time.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>Reads a time; null if the text is anything else.</summary>
    public static DateTimeOffset? Parse(string text) =>
        DateTimeOffset.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
