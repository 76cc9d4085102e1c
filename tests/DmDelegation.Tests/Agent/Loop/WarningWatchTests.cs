using System.Collections.Immutable;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine;

namespace DmDelegation.Tests.Agent.Loop;

/// <summary>What began or ceased to be wrong is a line of the log each time, and status says since when.</summary>
[TestClass]
public sealed class WarningWatchTests
{
    private static readonly DateTimeOffset Noon = new(2027, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly WarningReport Contact = new("contact-failing", Warnings.Notice, "it failed", "try again", null, "a.example");
    private static readonly WarningReport Outbox = new("outbox-waiting", Warnings.Notice, "one waits", "wait", "contact-failing", "a.example");

    [TestMethod]
    public void A_warning_that_begins_is_one_line_and_none_while_it_lasts_whatever_its_text()
    {
        var (known, lines) = WarningWatch.Compare(ImmutableDictionary<WarningKey, KnownWarning>.Empty, [Contact], Noon);
        Assert.AreEqual("DM5103 it failed [contact-failing] warning=contact-failing subject=a.example remedy=try again", Text(lines.Single()));
        (known, lines) = WarningWatch.Compare(known, [Contact with { Text = "it failed twice" }], Noon.AddHours(1));
        Assert.IsEmpty(lines);
        Assert.AreEqual(Noon, known[new WarningKey("contact-failing", "a.example")].Since);
    }

    [TestMethod]
    public void Two_of_a_code_are_two_warnings()
    {
        var (known, lines) = WarningWatch.Compare(ImmutableDictionary<WarningKey, KnownWarning>.Empty, [Contact, Contact with { Subject = "b.example" }], Noon);
        Assert.HasCount(2, lines);
        Assert.HasCount(2, known);
    }

    [TestMethod]
    public void One_that_becomes_more_severe_is_told_again_and_keeps_its_time()
    {
        var (known, _) = WarningWatch.Compare(ImmutableDictionary<WarningKey, KnownWarning>.Empty, [Contact], Noon);
        (known, var lines) = WarningWatch.Compare(known, [Contact with { Severity = Warnings.Warning }], Noon.AddHours(1));
        Assert.AreEqual((5102, LogSeverity.Warning), (lines.Single().Code.Number, lines.Single().Code.Severity));
        Assert.AreEqual(new KnownWarning(Noon, Warnings.Warning), known.Values.Single());
        Assert.AreEqual(5101, WarningWatch.Compare(known, [Contact with { Severity = Warnings.Error }], Noon).Lines.Single().Code.Number);
    }

    [TestMethod]
    public void A_consequence_is_told_at_a_lower_severity_and_names_what_explains_it()
    {
        var (_, lines) = WarningWatch.Compare(ImmutableDictionary<WarningKey, KnownWarning>.Empty, [Contact, Outbox], Noon);
        Assert.AreEqual("DM5104 one waits [outbox-waiting] warning=outbox-waiting subject=a.example because=contact-failing", Text(lines[1]));
        Assert.AreEqual(LogSeverity.Information, lines[1].Code.Severity);
        // Without the cause beside it it speaks for itself.
        Assert.AreEqual(5103, WarningWatch.Compare(ImmutableDictionary<WarningKey, KnownWarning>.Empty, [Outbox], Noon).Lines.Single().Code.Number);
    }

    [TestMethod]
    public void One_that_ends_is_told_with_its_time()
    {
        var (known, _) = WarningWatch.Compare(ImmutableDictionary<WarningKey, KnownWarning>.Empty, [Contact], Noon);
        (known, var lines) = WarningWatch.Compare(known, [], Noon.AddHours(1));
        Assert.AreEqual("DM5105 no more: contact-failing of a.example, since 2027-01-02T12:00:00Z warning=contact-failing subject=a.example", Text(lines.Single()));
        Assert.IsEmpty(known);
    }

    private static string Text(LogLine line) => $"{line.Code} {line.Text} " + string.Join(' ', line.Fields.Select(field => $"{field.Key}={field.Value}"));
}
