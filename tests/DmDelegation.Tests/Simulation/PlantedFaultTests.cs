namespace DmDelegation.Tests.Simulation;

/// <summary>The simulation finds what is wrong: each fault that is planted, by the invariant that it breaks.</summary>
[TestClass]
public sealed class PlantedFaultTests
{
    private const int Seeds = 200;
    private const int Steps = 300;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("SourceOfCopyNotAsked", "13.1")]
    [DataRow("AtomicNotRolledBack", "REP-088")]
    [DataRow("SentBeforePersisted", "persisted before")]
    [DataRow("NodeForgottenByT3", "DEL-135")]
    [DataRow("AccountNotRemoved", "DEL-193")]
    [DataRow("NonceReusedAfterReboot", "SEC-050")]
    [DataRow("TimerIgnored", "DEL-133|DEL-210")]
    [DataRow("UsedNotPersisted", "DEL-210")]
    [DataRow("WindowBeginsAgain", "DEL-133")]
    [DataRow("OffTimeNotCharged", "DEL-210|DEL-133")]
    [DataRow("NotSuspended", "DEL-213")]
    [DataRow("OutboxEmptiedWhenSent", "DEL-235")]
    [DataRow("EndNotTold", "DEL-235")]
    [DataRow("TombstoneLost", "DEL-194")]
    [DataRow("SequenceForgotten", "DEL-101")]
    [DataRow("OperationNotCancelled", "DEL-218")]
    [DataRow("OldSecretNotAccepted", "comes to rest")]
    public void A_planted_fault_is_found_within_200_seeds(string fault, string invariant)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (Simulator.Run(seed, Steps, PlantedFaults.All[fault]) is { Violation: { } violation } found)
            {
                TestContext.WriteLine($"{fault}: seed {seed}, step {found.Step}: {violation.Message}");
                Assert.IsTrue(invariant.Split('|').Any(expected => violation.Invariant.Contains(expected, StringComparison.Ordinal)), violation.Message);
                return;
            }
        }

        Assert.Fail($"{fault} is not found in {Seeds} seeds of {Steps} steps");
    }

    [TestMethod]
    public void A_seed_does_the_same_again()
    {
        var (first, second) = (new List<string>(), new List<string>());
        var one = Simulator.Run(7, 200, trace: first.Add);
        var other = Simulator.Run(7, 200, trace: second.Add);
        CollectionAssert.AreEqual(first, second);
        Assert.AreEqual((one.Events, one.Commits, one.DrivenMs), (other.Events, other.Commits, other.DrivenMs));
    }
}
