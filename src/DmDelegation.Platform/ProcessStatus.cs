using System.Collections.Frozen;

namespace DmDelegation.Platform;

/// <summary>What the kernel says of a process in <c>/proc/PID/status</c>: memory and sandbox.</summary>
public sealed class ProcessStatus
{
    // Own choice: the file has some 60 lines.
    private const int MaxLines = 256;

    private readonly FrozenDictionary<string, string> _fields;

    private ProcessStatus(FrozenDictionary<string, string> fields) => _fields = fields;

    /// <summary>Resident memory, octets; 0 if the kernel does not say.</summary>
    public long Resident => Octets("VmRSS");

    /// <summary>Resident memory that belongs to no file, octets; 0 if the kernel does not say.</summary>
    public long ResidentAnonymous => Octets("RssAnon");

    /// <summary>Resident memory that is pages of files, octets; 0 if the kernel does not say.</summary>
    public long ResidentOfFiles => Octets("RssFile");

    /// <summary>Most memory that was resident at once, octets; 0 if the kernel does not say.</summary>
    public long ResidentPeak => Octets("VmHWM");

    /// <summary>A field as it stands there, such as <c>NoNewPrivs</c>; null if there is none.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    /// <summary>Reads the status of a process.</summary>
    /// <param name="process">Its id, or <c>self</c>.</param>
    /// <returns>Null if there is no such process, or it cannot be seen.</returns>
    public static ProcessStatus? Read(string process = "self")
    {
        try
        {
            return Parse(File.ReadLines($"/proc/{process}/status"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads lines <c>Name: value</c>.</summary>
    public static ProcessStatus Parse(IEnumerable<string> lines) => new(
        lines.Take(MaxLines).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0]).ToFrozenDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal));

    private long Octets(string field) => this[field]?.Split(' ') is [var number, "kB"] && long.TryParse(number, out var kilobytes) ? kilobytes * 1024 : 0;
}
