using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace DmDelegation.Agent.Support;

/// <summary>A support bundle in the making: files of text, and what is not in it and why. Every text goes through <see cref="Redaction"/>.</summary>
/// <param name="name">Name of the folder in the bundle.</param>
/// <param name="made">When it was made.</param>
internal sealed class Bundle(string name, DateTimeOffset made)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly List<(string File, byte[] Octets)> _files = [];
    private readonly List<LeftOutReport> _leftOut = [];

    /// <summary>Names of the files.</summary>
    public ImmutableArray<string> Files => [.. _files.Select(file => file.File)];

    /// <summary>What is not in it.</summary>
    public ImmutableArray<LeftOutReport> LeftOut => [.. _leftOut];

    /// <summary>Adds a file.</summary>
    public void Add(string file, string text) => _files.Add((file, Encoding.UTF8.GetBytes(Redaction.Of(text))));

    /// <summary>Says that something is not in it.</summary>
    public void Without(string what, string why) => _leftOut.Add(new LeftOutReport(what, Redaction.Of(why)));

    /// <summary>Writes it as a compressed tar archive.</summary>
    public void Write(Stream output)
    {
        using var compressed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(compressed, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var (file, octets) in _files)
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{name}/{file}")
            {
                Mode = OwnerOnly,
                ModificationTime = made,
                DataStream = new MemoryStream(octets, writable: false),
            });
        }
    }
}

/// <summary>Something that is not in a support bundle.</summary>
/// <param name="What">What it is.</param>
/// <param name="Why">Why it is not there.</param>
internal sealed record LeftOutReport(string What, string Why);

/// <summary>Answer of <c>report</c>.</summary>
/// <param name="File">The bundle; <c>-</c> for standard output.</param>
/// <param name="Contains">Files in it.</param>
/// <param name="LeftOut">What is not in it, and why.</param>
internal sealed record BundleReport(string File, ImmutableArray<string> Contains, ImmutableArray<LeftOutReport> LeftOut);
