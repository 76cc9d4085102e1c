using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Engine.Delegation;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>S-237: the state table of 12.2, executed row by row on the engine and the store.</summary>
[TestClass]
public sealed class StateTableTests
{
    public static IEnumerable<TestDataRow<string>> ByTheTable => NamesOf(Cases.All);

    public static IEnumerable<TestDataRow<string>> ByOthers => NamesOf(NoEvents.All);

    [TestMethod]
    [DynamicData(nameof(ByTheTable))]
    public void S_237_an_event_does_in_a_state_what_its_row_says_and_without_a_row_nothing_DEL_290_DEL_291(string name) => Run(Cases.All, name);

    [TestMethod]
    [DynamicData(nameof(ByOthers))]
    public void S_237_a_command_of_a_server_that_the_row_does_not_admit_is_no_event_DEL_290(string name) => Run(NoEvents.All, name);

    [TestMethod]
    public void S_237_every_cell_of_the_matrix_and_every_row_in_it_is_executed_DEL_290_DEL_291()
    {
        var executed = Cases.All.Select(one => (one.On, one.Column, one.Row)).ToHashSet();
        var left = NotExecuted.All.Select(row => (row.On, row.Column, row.Row)).ToHashSet();
        var wanted = TransitionTableTests.Cells.ToHashSet();
        Assert.AreEqual("", Lines(wanted.Except(executed).Except(left)), "not executed");
        Assert.AreEqual("", Lines(executed.Except(wanted)), "executed and not in the matrix");
        Assert.AreEqual("", Lines(left.Except(wanted)), "left out and not in the matrix");
        Assert.AreEqual("", Lines(executed.Intersect(left)), "executed, and said to be left out");
    }

    [TestMethod]
    public void S_237_what_holds_for_ended_is_executed_in_each_ended_state_DEL_290()
    {
        var missing = Cases.All.Where(one => one.State.IsEnded())
            .GroupBy(one => (one.On, one.KnownB), one => one.State)
            .SelectMany(group => Cases.Ended.Except(group).Select(state => (group.Key.On, state, 0)));
        Assert.AreEqual("", Lines(missing));
    }

    private static void Run(IEnumerable<Case> cases, string name)
    {
        var one = cases.Single(other => other.ToString() == name);
        using var course = new Course(one);
        one.Earlier?.Invoke(course);
        (one.Arrange ?? Arrangements.Of[one.State])(course);
        one.Given?.Invoke(course);
        course.Mark();
        var status = (one.Act ?? Acts.Of[one.On])(course);

        var expected = Rows.For(one);
        var (before, after) = (course.Before, course.Record);
        var refusal = status is 0 or 200 && one.On != DelegationEvent.LocalEnd ? 0 : course.Refusal;
        Assert.AreEqual((expected.Status, expected.Refusal), (status, refusal), Given.Log(course.Device));
        Assert.AreEqual(expected.Gone, after is null);
        if (after is not null)
        {
            Assert.AreEqual((expected.To ?? before.State, expected.Reason ?? before.Reason), (after.State, after.Reason), Given.Log(course.Device));
        }

        Assert.AreEqual(expected.Alerts, course.Alerts);
        Assert.AreEqual(one.Row == Rows.None && one.IsNoticed() ? 1 : 0, course.Ignored, "counted (DEL-291)");
        if (expected is { Effect: null, To: null, Gone: false })
        {
            course.IsUntouched();
        }

        expected.Effect?.Invoke(course);
        course.IsInOrder();
    }

    private static IEnumerable<TestDataRow<string>> NamesOf(IEnumerable<Case> cases) =>
        cases.Select(one => new TestDataRow<string>(one.ToString()) { DisplayName = one.ToString() });

    private static string Lines(IEnumerable<(DelegationEvent On, DelegationState Column, int Row)> cells) => string.Join('\n', cells.Order());
}
