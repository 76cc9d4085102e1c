using System.Text;
using System.Text.Json;
using DmDelegation.Tests.Platform;

namespace DmDelegation.Tests.Packaging;

[TestClass]
public sealed class SpdxTests
{
    private static readonly SpdxSubject Subject = new(
        "dmagent", "1.2.3", "arm64", "dmagent_1.2.3_arm64.deb", new string('a', 64), new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));

    private static readonly SpdxFile[] Files = [SpdxFile.Of("./usr/lib/dmagent/a", "abc"u8), SpdxFile.Of("./usr/lib/dmagent/b", [0x7f, 0x45, 0x4c, 0x46, 0])];

    private static readonly SpdxComponent[] Components =
    [
        new("System.CommandLine", "2.0.0", SpdxRelation.Contained, "MIT", "© Somebody", new string('0', 128), null, "pkg:nuget/System.CommandLine@2.0.0", null, ["SQLite"]),
        new("SQLite", "3.53.4", SpdxRelation.Contained, "blessing", "NOASSERTION", null, "why", "pkg:nuget/SQLite@3.53.4", "cpe:2.3:a:sqlite:sqlite:3.53.4:*:*:*:*:*:*:*", []),
        new("Compiler", "1", SpdxRelation.BuildTool, "MIT", "NOASSERTION", null, null, "pkg:nuget/Compiler@1", null, []),
        new("Runtime", "10", SpdxRelation.Prerequisite, "MIT", "NOASSERTION", null, null, "pkg:generic/Runtime@10", null, []),
    ];

    private static JsonElement Document(params SpdxComponent[] components)
    {
        using var document = JsonDocument.Parse(SpdxDocument.Write(Subject, Files, components));
        return document.RootElement.Clone();
    }

    [TestMethod]
    public void A_document_has_the_form_of_SPDX_2_3_and_its_check_finds_what_has_not()
    {
        var text = Encoding.UTF8.GetString(SpdxDocument.Write(Subject, Files, Components));
        Assert.IsEmpty(SpdxCheck.Problems(Document(Components)));
        foreach (var (good, bad) in new[]
        {
            ("SPDX-2.3", "SPDX-2.2"), ("CC0-1.0", "MIT"), ("https://spdx.org/", "nowhere/"), ("T00:00:00Z", "T00:00:00+0"), ("Tool: ", "tool "), ("\"./usr", "\"usr"),
            ("SPDXRef-Package-SQLite\"", "SPDXRef-Package-SQL_ite\""), ("\"DESCRIBES\"", "\"NAMES\""), ("pkg:nuget/Compiler@1", "Compiler"), ("\"SHA1\"", "\"MD5\""),
            ("\"filesAnalyzed\": false", "\"filesAnalyzed\": true"), ("a9993e36", "A9993E36"),
        })
        {
            Assert.Contains(good, text, good);
            using var broken = JsonDocument.Parse(text.Replace(good, bad, StringComparison.Ordinal));
            Assert.IsNotEmpty(SpdxCheck.Problems(broken.RootElement), good);
        }
    }

    [TestMethod]
    public void Files_are_named_with_the_sums_of_their_octets()
    {
        // Of "abc": FIPS 180-4 examples.
        var file = Document(Components).GetProperty("files")[0];
        Assert.AreEqual("a9993e364706816aba3e25717850c26c9cd0d89d", file.GetProperty("checksums")[0].GetProperty("checksumValue").GetString());
        Assert.AreEqual("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", file.GetProperty("checksums")[1].GetProperty("checksumValue").GetString());
        Assert.AreEqual("OTHER", file.GetProperty("fileTypes")[0].GetString());
        Assert.AreEqual("BINARY", Document(Components).GetProperty("files")[1].GetProperty("fileTypes")[0].GetString());
    }

    [TestMethod]
    public void Each_component_is_related_as_what_it_is()
    {
        var relations = Document(Components).GetProperty("relationships").EnumerateArray().Select(one =>
            $"{one.GetProperty("spdxElementId")} {one.GetProperty("relationshipType")} {one.GetProperty("relatedSpdxElement")}").ToList();
        Assert.Contains("SPDXRef-Package-dmagent CONTAINS SPDXRef-Package-SQLite", relations);
        Assert.Contains("SPDXRef-Package-System.CommandLine DEPENDS_ON SPDXRef-Package-SQLite", relations);
        Assert.Contains("SPDXRef-Package-Compiler BUILD_TOOL_OF SPDXRef-Package-dmagent", relations);
        Assert.Contains("SPDXRef-Package-Runtime RUNTIME_DEPENDENCY_OF SPDXRef-Package-dmagent", relations);
    }

    [TestMethod]
    public void The_same_input_makes_the_same_document_and_another_input_another_namespace()
    {
        CollectionAssert.AreEqual(SpdxDocument.Write(Subject, Files, Components), SpdxDocument.Write(Subject, Files, Components));
        Assert.AreNotEqual(Document(Components).GetProperty("documentNamespace").GetString(), Document(Components[0], Components[1]).GetProperty("documentNamespace").GetString());
    }

    [TestMethod]
    public void The_inventory_tells_what_is_inside_from_what_only_built_it()
    {
        using var folder = new TemporaryFolder();
        foreach (var (id, version, license) in new[] { ("Inside", "1.0.0", "<license type=\"expression\">MIT</license>"), ("Analyzer", "2.0.0", ""), ("SQLite", "3.53.4", "<license type=\"file\">LICENSE.txt</license>") })
        {
            var package = Directory.CreateDirectory(folder.File($"{id.ToLowerInvariant()}/{version}")).FullName;
            File.WriteAllText(Path.Combine(package, $"{id.ToLowerInvariant()}.nuspec"), $"<package xmlns=\"urn:x\"><metadata><id>{id}</id>{license}</metadata></package>");
            File.WriteAllText(Path.Combine(package, $"{id.ToLowerInvariant()}.{version}.nupkg.sha512"), Convert.ToBase64String(new byte[64]));
        }

        using var assets = JsonDocument.Parse("""
            {
              "targets": {
                "net10.0": {},
                "net10.0/linux-arm64": {
                  "Inside/1.0.0": { "type": "package", "dependencies": { "SQLite": "3.53.4" }, "runtime": { "lib/a.dll": {} } },
                  "Analyzer/2.0.0": { "type": "package", "build": { "a.props": {} } },
                  "SQLite/3.53.4": { "type": "package", "runtime": { "lib/_._": {} }, "native": { "a.so": {} } },
                  "Own/0.1.0": { "type": "project" }
                }
              },
              "libraries": { "Inside/1.0.0": { "sha512": "x" }, "Analyzer/2.0.0": { "sha512": "x" }, "SQLite/3.53.4": { "sha512": "x" } },
              "project": { "frameworks": { "net10.0": {} } }
            }
            """);
        var found = NuGetInventory.Read(assets.RootElement, folder.Path);
        Assert.AreEqual(
            "Analyzer BuildTool NOASSERTION, Inside Contained MIT, SQLite Contained blessing",
            string.Join(", ", found.Select(one => $"{one.Name} {one.Relation} {one.License}")));
        Assert.AreEqual("SQLite", found[1].Needs.Single());
    }
}
