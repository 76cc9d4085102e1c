namespace DmDelegation.Agent.Commands;

/// <summary>Words that all answers share.</summary>
internal static class Words
{
    /// <summary>Columns of a plain terminal.</summary>
    public const int Width = 80;

    private static readonly (long Seconds, string Unit)[] Units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];

    /// <summary>A time that is left, in its two largest units: <c>2 d 3 h</c>, <c>59 min 1 s</c>, <c>0 s</c>.</summary>
    public static string Left(long seconds)
    {
        var first = Array.FindIndex(Units, unit => seconds >= unit.Seconds);
        if (first < 0)
            return "0 s";
        var (large, rest) = (seconds / Units[first].Seconds, seconds % Units[first].Seconds);
        var small = first + 1 < Units.Length ? rest / Units[first + 1].Seconds : 0;
        return $"{large} {Units[first].Unit}" + (small > 0 ? $" {small} {Units[first + 1].Unit}" : "");
    }

    /// <summary>How far an acknowledgement has come (6.1, Ack).</summary>
    public static string Ack(int code) => code switch
    {
        1 => "queued",
        2 => "delivered",
        3 => "given up",
        _ => "nothing to tell",
    };

    /// <summary>Breaks a line between words; what follows stands below its beginning.</summary>
    /// <param name="head">Goes in front of the first line.</param>
    /// <param name="text">What is broken.</param>
    public static IEnumerable<string> Wrap(string head, string text)
    {
        var line = head;
        var indent = new string(' ', head.Length);
        foreach (var word in text.Split(' '))
        {
            if (line.Length > head.Length && line.Length + 1 + word.Length > Width)
            {
                yield return line;
                line = indent;
            }

            line += line.Length > head.Length ? " " + word : word;
        }

        yield return line;
    }
}
