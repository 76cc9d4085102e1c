using System.Text.Json;
using System.Text.RegularExpressions;

namespace DmDelegation.Tests.Packaging;

/// <summary>Whether a document has the form that SPDX 2.3 asks for; written from the specification, and no part of what writes the documents.</summary>
public static partial class SpdxCheck
{
    private static readonly Dictionary<string, int> HexDigits = new(StringComparer.Ordinal) { ["SHA1"] = 40, ["SHA256"] = 64, ["SHA512"] = 128 };

    private static readonly string[] Relations = ["DESCRIBES", "CONTAINS", "DEPENDS_ON", "BUILD_TOOL_OF", "RUNTIME_DEPENDENCY_OF"];

    /// <summary>All that is wrong with it.</summary>
    public static IReadOnlyList<string> Problems(JsonElement document)
    {
        var problems = new List<string>();
        void Require(bool condition, string problem)
        {
            if (!condition)
                problems.Add(problem);
        }

        Require(Text(document, "spdxVersion") == "SPDX-2.3", "6.1: spdxVersion");
        Require(Text(document, "dataLicense") == "CC0-1.0", "6.2: dataLicense");
        Require(Text(document, "SPDXID") == "SPDXRef-DOCUMENT", "6.3: SPDXID");
        Require(Text(document, "name").Length > 0, "6.4: name");
        Require(
            Uri.TryCreate(Text(document, "documentNamespace"), UriKind.Absolute, out var space) && !space.OriginalString.Contains('#', StringComparison.Ordinal),
            "6.5: documentNamespace is an absolute URI without #");
        var creation = document.GetProperty("creationInfo");
        Require(Moment().IsMatch(Text(creation, "created")), "6.9: created is YYYY-MM-DDThh:mm:ssZ");
        Require(
            creation.GetProperty("creators").GetArrayLength() > 0
            && creation.GetProperty("creators").EnumerateArray().All(creator => Creator().IsMatch(creator.GetString()!)),
            "6.8: creators are persons, organizations or tools");

        var ids = new HashSet<string>(StringComparer.Ordinal) { "SPDXRef-DOCUMENT" };
        foreach (var element in document.GetProperty("packages").EnumerateArray().Concat(document.GetProperty("files").EnumerateArray()))
        {
            Require(Identifier().IsMatch(Text(element, "SPDXID")), $"identifier {Text(element, "SPDXID")}");
            Require(ids.Add(Text(element, "SPDXID")), $"identifier {Text(element, "SPDXID")} stands twice");
            foreach (var sum in element.TryGetProperty("checksums", out var sums) ? sums.EnumerateArray().AsEnumerable() : [])
            {
                Require(
                    HexDigits.TryGetValue(Text(sum, "algorithm"), out var digits) && Text(sum, "checksumValue").Length == digits && Hex().IsMatch(Text(sum, "checksumValue")),
                    $"checksum of {Text(element, "SPDXID")}");
            }
        }

        foreach (var package in document.GetProperty("packages").EnumerateArray())
            CheckPackage(Require, package);
        foreach (var file in document.GetProperty("files").EnumerateArray())
        {
            Require(Text(file, "fileName").StartsWith("./", StringComparison.Ordinal), $"8.1: {Text(file, "fileName")} begins with ./");
            Require(file.GetProperty("checksums").EnumerateArray().Any(sum => Text(sum, "algorithm") == "SHA1"), $"8.4: {Text(file, "fileName")} has a SHA1");
        }

        foreach (var relation in document.GetProperty("relationships").EnumerateArray())
        {
            Require(Relations.Contains(Text(relation, "relationshipType"), StringComparer.Ordinal), $"11.1: {relation}");
            Require(ids.Contains(Text(relation, "spdxElementId")) && ids.Contains(Text(relation, "relatedSpdxElement")), $"11.1: an end of {relation} is not there");
        }

        Require(document.GetProperty("relationships").EnumerateArray().Any(relation => Text(relation, "relationshipType") == "DESCRIBES"), "11.1: nothing is described");
        return problems;
    }

    private static void CheckPackage(Action<bool, string> require, JsonElement package)
    {
        var id = Text(package, "SPDXID");
        require(Text(package, "name").Length > 0, $"7.1: name of {id}");
        require(Text(package, "versionInfo").Length > 0, $"7.3: version of {id}");
        require(Text(package, "downloadLocation").Length > 0, $"7.7: downloadLocation of {id}");
        require(Text(package, "licenseConcluded").Length > 0 && Text(package, "licenseDeclared").Length > 0, $"7.13, 7.15: licences of {id}");
        require(Text(package, "copyrightText").Length > 0, $"7.17: copyright of {id}");
        require(
            package.GetProperty("filesAnalyzed").GetBoolean() == package.TryGetProperty("packageVerificationCode", out _),
            $"7.9: {id} has a verification code if, and only if, its files were looked at");
        foreach (var reference in package.GetProperty("externalRefs").EnumerateArray())
            require(Reference().IsMatch($"{Text(reference, "referenceCategory")} {Text(reference, "referenceType")} {Text(reference, "referenceLocator")}"), $"7.21: {reference}");
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    [GeneratedRegex(@"^SPDXRef-[A-Za-z0-9.\-]+$")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    private static partial Regex Moment();

    [GeneratedRegex("^(Person|Organization|Tool): .+")]
    private static partial Regex Creator();

    [GeneratedRegex("^[0-9a-f]+$")]
    private static partial Regex Hex();

    [GeneratedRegex(@"^(PACKAGE-MANAGER purl pkg:[a-z]+/\S+@\S+|SECURITY cpe23Type cpe:2\.3:a:\S+:\S+:\S+)$")]
    private static partial Regex Reference();
}
