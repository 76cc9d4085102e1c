using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DmDelegation.Tests.Packaging;

/// <summary>A file of the package, as it lies on the device.</summary>
/// <param name="Name">Beginning with <c>./</c>, as SPDX wants it.</param>
/// <param name="Sha1">Lower-case hexadecimal; SPDX 2.3 asks for SHA-1 of every file.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="IsBinary">Whether it is compiled code.</param>
public sealed record SpdxFile(string Name, string Sha1, string Sha256, bool IsBinary)
{
    /// <summary>All files below a folder, by name; links are no files of their own.</summary>
    public static IReadOnlyList<SpdxFile> Below(string folder) =>
    [
        .. from path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
           where new FileInfo(path).LinkTarget is null
           let name = "./" + Path.GetRelativePath(folder, path).Replace('\\', '/')
           where !name.StartsWith("./DEBIAN/", StringComparison.Ordinal)
           orderby name
           select Of(name, File.ReadAllBytes(path)),
    ];

    /// <summary>The file with these octets.</summary>
    public static SpdxFile Of(string name, ReadOnlySpan<byte> octets) => new(
        // SHA-1 is a name here and no proof; the proof is SHA-256 beside it.
#pragma warning disable CA5350
        name, Convert.ToHexStringLower(SHA1.HashData(octets)), Convert.ToHexStringLower(SHA256.HashData(octets)),
#pragma warning restore CA5350
        octets is [0x7f, (byte)'E', (byte)'L', (byte)'F', ..] or [(byte)'M', (byte)'Z', ..]);
}

/// <summary>Something that is inside the package, made it, or is needed by it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Relation">SPDX's word for what it is to the package.</param>
/// <param name="License">An SPDX expression, or <c>NOASSERTION</c>.</param>
/// <param name="Copyright">Its copyright line, or <c>NOASSERTION</c>.</param>
/// <param name="Sha512">Of the package file it came in, lower-case hexadecimal; null where there is none.</param>
/// <param name="Comment">Anything more.</param>
/// <param name="Purl">Its package URL.</param>
/// <param name="Cpe">What vulnerability databases call it; null where they do not.</param>
/// <param name="Needs">Names of other components that it needs.</param>
public sealed record SpdxComponent(
    string Name, string Version, SpdxRelation Relation, string License, string Copyright, string? Sha512, string? Comment, string Purl, string? Cpe,
    IReadOnlyList<string> Needs);

/// <summary>What a component is to the package.</summary>
public enum SpdxRelation
{
    /// <summary>It is inside.</summary>
    Contained,

    /// <summary>It made the package, and nothing of it is inside.</summary>
    BuildTool,

    /// <summary>The package does not run without it, and it is not inside.</summary>
    Prerequisite,
}

/// <summary>The package itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Architecture">Debian's word for the architecture.</param>
/// <param name="FileName">Name of the package file.</param>
/// <param name="Sha256">Of the package file.</param>
/// <param name="Created">Time of the release: the document must not differ from build to build.</param>
public sealed record SpdxSubject(string Name, string Version, string Architecture, string FileName, string Sha256, DateTimeOffset Created);

/// <summary>An SPDX 2.3 document in JSON (https://spdx.github.io/spdx-spec/v2.3/). The same input makes the same octets.</summary>
public static class SpdxDocument
{
    private const string NoAssertion = "NOASSERTION";

    /// <summary>Writes the document.</summary>
    public static byte[] Write(SpdxSubject subject, IReadOnlyList<SpdxFile> files, IReadOnlyList<SpdxComponent> components)
    {
        // The namespace is to be unique for each document: it comes from all that the document says.
        var content = Write(subject, files, components, "urn:content");
        var digest = SHA256.HashData(content);
        return Write(subject, files, components, $"https://spdx.org/spdxdocs/{subject.Name}-{subject.Version}-{subject.Architecture}-{new Guid(digest.AsSpan(0, 16), bigEndian: true)}");
    }

    /// <summary>The identifier of a component or a file.</summary>
    public static string IdOf(string kind, string name) =>
        $"SPDXRef-{kind}-{string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '-'))}";

    /// <summary>SPDX's sum over all files: SHA-1 of the sorted SHA-1s.</summary>
    public static string VerificationCode(IEnumerable<SpdxFile> files) =>
#pragma warning disable CA5350 // SPDX 2.3, 7.9, says which.
        Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(string.Concat(files.Select(file => file.Sha1).Order(StringComparer.Ordinal)))));
#pragma warning restore CA5350

    private static byte[] Write(SpdxSubject subject, IReadOnlyList<SpdxFile> files, IReadOnlyList<SpdxComponent> components, string documentNamespace)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", "SPDXRef-DOCUMENT");
            json.WriteString("name", $"{subject.Name}_{subject.Version}_{subject.Architecture}");
            json.WriteString("documentNamespace", documentNamespace);
            json.WriteStartObject("creationInfo");
            json.WriteString("created", subject.Created.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            Strings(json, "creators", "Organization: DmDelegation maintainers", $"Tool: DmDelegation.Robustness-{subject.Version}");
            json.WriteEndObject();
            Strings(json, "documentDescribes", IdOf("Package", subject.Name));
            json.WriteStartArray("packages");
            Subject(json, subject, files);
            foreach (var component in components)
                Component(json, component);
            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (var file in files)
                FileEntry(json, file);
            json.WriteEndArray();
            Relationships(json, subject, files, components);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void Subject(Utf8JsonWriter json, SpdxSubject subject, IReadOnlyList<SpdxFile> files)
    {
        json.WriteStartObject();
        json.WriteString("name", subject.Name);
        json.WriteString("SPDXID", IdOf("Package", subject.Name));
        json.WriteString("versionInfo", subject.Version);
        json.WriteString("packageFileName", subject.FileName);
        json.WriteString("supplier", "Organization: DmDelegation maintainers");
        json.WriteString("downloadLocation", NoAssertion);
        json.WriteBoolean("filesAnalyzed", true);
        json.WriteStartObject("packageVerificationCode");
        json.WriteString("packageVerificationCodeValue", VerificationCode(files));
        json.WriteEndObject();
        Checksums(json, ("SHA256", subject.Sha256));
        Licenses(json, NoAssertion, NoAssertion);
        Strings(json, "licenseInfoFromFiles", NoAssertion);
        json.WriteString("primaryPackagePurpose", "APPLICATION");
        References(json, $"pkg:generic/{subject.Name}@{subject.Version}?arch={subject.Architecture}", null);
        json.WriteEndObject();
    }

    private static void Component(Utf8JsonWriter json, SpdxComponent component)
    {
        json.WriteStartObject();
        json.WriteString("name", component.Name);
        json.WriteString("SPDXID", IdOf("Package", component.Name));
        json.WriteString("versionInfo", component.Version);
        json.WriteString("downloadLocation", NoAssertion);
        json.WriteBoolean("filesAnalyzed", false);
        if (component.Sha512 is { } sha512)
            Checksums(json, ("SHA512", sha512));
        Licenses(json, component.License, component.Copyright);
        if (component.Comment is { } comment)
            json.WriteString("comment", comment);
        References(json, component.Purl, component.Cpe);
        json.WriteEndObject();
    }

    private static void FileEntry(Utf8JsonWriter json, SpdxFile file)
    {
        json.WriteStartObject();
        json.WriteString("fileName", file.Name);
        json.WriteString("SPDXID", IdOf("File", file.Name[2..]));
        Strings(json, "fileTypes", file.IsBinary ? "BINARY" : "OTHER");
        Checksums(json, ("SHA1", file.Sha1), ("SHA256", file.Sha256));
        json.WriteString("licenseConcluded", NoAssertion);
        Strings(json, "licenseInfoInFiles", NoAssertion);
        json.WriteString("copyrightText", NoAssertion);
        json.WriteEndObject();
    }

    private static void Relationships(Utf8JsonWriter json, SpdxSubject subject, IReadOnlyList<SpdxFile> files, IReadOnlyList<SpdxComponent> components)
    {
        var self = IdOf("Package", subject.Name);
        json.WriteStartArray("relationships");
        Relationship(json, "SPDXRef-DOCUMENT", "DESCRIBES", self);
        foreach (var file in files)
            Relationship(json, self, "CONTAINS", IdOf("File", file.Name[2..]));
        foreach (var component in components)
        {
            var other = IdOf("Package", component.Name);
            _ = component.Relation switch
            {
                SpdxRelation.Contained => Relationship(json, self, "CONTAINS", other),
                SpdxRelation.BuildTool => Relationship(json, other, "BUILD_TOOL_OF", self),
                _ => Relationship(json, other, "RUNTIME_DEPENDENCY_OF", self),
            };
            foreach (var needed in component.Needs)
                Relationship(json, other, "DEPENDS_ON", IdOf("Package", needed));
        }

        json.WriteEndArray();
    }

    private static bool Relationship(Utf8JsonWriter json, string element, string type, string related)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", element);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", related);
        json.WriteEndObject();
        return true;
    }

    private static void Licenses(Utf8JsonWriter json, string declared, string copyright)
    {
        json.WriteString("licenseConcluded", NoAssertion);
        json.WriteString("licenseDeclared", declared);
        json.WriteString("copyrightText", copyright);
    }

    private static void Checksums(Utf8JsonWriter json, params ReadOnlySpan<(string Algorithm, string Value)> checksums)
    {
        json.WriteStartArray("checksums");
        foreach (var (algorithm, value) in checksums)
        {
            json.WriteStartObject();
            json.WriteString("algorithm", algorithm);
            json.WriteString("checksumValue", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void References(Utf8JsonWriter json, string purl, string? cpe)
    {
        json.WriteStartArray("externalRefs");
        Reference(json, "PACKAGE-MANAGER", "purl", purl);
        if (cpe is not null)
            Reference(json, "SECURITY", "cpe23Type", cpe);
        json.WriteEndArray();
    }

    private static void Reference(Utf8JsonWriter json, string category, string type, string locator)
    {
        json.WriteStartObject();
        json.WriteString("referenceCategory", category);
        json.WriteString("referenceType", type);
        json.WriteString("referenceLocator", locator);
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
