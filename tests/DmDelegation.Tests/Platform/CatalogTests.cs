using System.Reflection;
using System.Text.RegularExpressions;
using DmDelegation.Agent.Loop;
using DmDelegation.Engine;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Tests.Platform;

/// <summary>The message catalog: what journalctl says beside a line of the agent.</summary>
[TestClass]
public sealed partial class CatalogTests
{
    private sealed record Entry(string Code, string Id, string Subject, string Documentation, string[] Text);

    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "packaging", "systemd", "dmagent.catalog"));

    private static readonly Entry[] Entries = [.. Read()];

    /// <summary>Every code that any class of the agent declares.</summary>
    private static readonly LogCode[] Codes =
    [
        .. from assembly in new[] { typeof(LogCodes).Assembly, typeof(JournalEntry).Assembly, typeof(AgentLog).Assembly }
           from type in assembly.GetTypes()
           from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           where field.FieldType == typeof(LogCode)
           select (LogCode)field.GetValue(null)!,
    ];

    [GeneratedRegex("^# (DM[0-9]{4})$")]
    private static partial Regex CodeLine();

    [GeneratedRegex("@[A-Z0-9_]+@")]
    private static partial Regex Substitution();

    private static IEnumerable<Entry> Read()
    {
        for (var at = 0; at < Lines.Length; at++)
        {
            if (!Lines[at].StartsWith("-- ", StringComparison.Ordinal))
                continue;
            var end = Array.FindIndex(Lines, at, line => line.StartsWith("# ", StringComparison.Ordinal));
            var body = Lines[at..(end < 0 ? Lines.Length : end)];
            string Header(string name) => body.Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];
            yield return new Entry(
                CodeLine().Match(Lines[at - 1]).Groups[1].Value, Lines[at][3..], Header("Subject"), Header("Documentation"),
                [.. body.SkipWhile(line => line.Length > 0).Where(line => line.Length > 0)]);
        }
    }

    [TestMethod]
    public void Every_code_has_one_entry_and_no_entry_is_without_code()
    {
        Assert.IsGreaterThan(30, Codes.Length);
        Assert.AreEqual(Codes.Length, Codes.Select(code => code.Number).Distinct().Count(), "a number never means two things");
        var missing = Codes.Where(code => Entries.All(entry => entry.Code != code.ToString())).Select(code => $"# {code}\n-- {MessageId.Of(code)}\nSubject: {code.Meaning}");
        Assert.IsEmpty(missing, "write an entry into dmagent.catalog:\n" + string.Join('\n', missing));
        CollectionAssert.AreEqual(Codes.Select(code => code.ToString()).Order(StringComparer.Ordinal).ToArray(), Entries.Select(entry => entry.Code).ToArray());
    }

    [TestMethod]
    public void The_id_of_an_entry_is_that_of_its_code_and_no_two_are_the_same()
    {
        foreach (var entry in Entries)
            Assert.AreEqual(MessageId.Of(Codes.Single(code => code.ToString() == entry.Code)), entry.Id, entry.Code);
        Assert.AreEqual(Entries.Length, Entries.Select(entry => entry.Id).Distinct().Count());
    }

    /// <summary>sha256sum's words, with version and variant of a UUID put in; what a filter or a catalog of somebody else relies on.</summary>
    [TestMethod]
    [DataRow("DM1003", "6ac6ea699a118aec8a9887bc0ace284a")]
    [DataRow("DM2004", "6268b2ce869e86699e98f272a5886940")]
    [DataRow("DM4001", "8698a650a6bd8e79bb7a02ec2aa2f93d")]
    public void An_id_never_changes(string code, string id) => Assert.AreEqual(id, Entries.Single(entry => entry.Code == code).Id);

    [TestMethod]
    public void Every_entry_explains_names_the_manual_and_ends_with_a_command()
    {
        foreach (var entry in Entries)
        {
            Assert.AreEqual("man:dmagent(1)", entry.Documentation);
            Assert.IsGreaterThan(1, entry.Text.Length, entry.Code);
            StringAssert.Matches(entry.Text[^1], new Regex("^  (dmagent|systemctl|journalctl|df) [a-z-]"), entry.Code);
            Assert.IsFalse(entry.Text.Any(line => line.Length > 84), $"{entry.Code}: journalctl does not wrap");
        }
    }

    [TestMethod]
    public void Commands_hold_nothing_that_a_server_chose_and_explanations_no_URI()
    {
        foreach (var entry in Entries)
        {
            Assert.IsTrue(Substitution().Matches(entry.Text[^1]).All(match => match.Value == "@DM_DELEGATION@"), entry.Code);
            Assert.IsFalse(entry.Text.Append(entry.Subject).Any(line => line.Contains("@DM_URI@", StringComparison.Ordinal)), entry.Code);
        }
    }
}
