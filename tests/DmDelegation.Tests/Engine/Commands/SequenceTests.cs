using static DmDelegation.Tests.Engine.Commands.CommandTestKit;

namespace DmDelegation.Tests.Engine.Commands;

[TestClass]
public sealed class SequenceTests
{
    [TestMethod]
    public void It_is_200_whatever_its_children_return_and_a_failing_child_stops_nothing_REP_085_REP_086_REP_087()
    {
        var dialogue = Run(Command("Sequence", "1", Add("2", "./SCM/a", "1"), Replace("3", "./SCM/none", "1"), Get("4", "./SCM/a")));
        Assert.AreEqual("1 Sequence 200, 2 Add 200, 3 Replace 404, 4 Get 200", Answers(dialogue));
        Assert.AreEqual("1", ResultsOf(dialogue).Single().Items[0].Data!.AsText());
    }

    [TestMethod]
    public void An_Atomic_inside_it_is_answered_500_and_the_next_child_is_executed_STA_001()
    {
        var dialogue = Run(Command("Sequence", "1", Command("Atomic", "2", Add("3", "./SCM/a", "1")), Add("4", "./SCM/b", "1")));
        Assert.AreEqual("1 Sequence 200, 2 Atomic 500, 3 Add 215, 4 Add 200", Answers(dialogue));
        Assert.IsNull(dialogue.Leaf("./SCM/a"));
        Assert.AreEqual("1", dialogue.Leaf("./SCM/b"));
    }

    [TestMethod]
    public void A_user_interaction_inside_it_is_answered_406_and_stops_nothing_UI_001() =>
        Assert.AreEqual("1 Sequence 200, 2 Alert 406, 3 Add 200", Answers(Run(Command("Sequence", "1", Alert("2", "1100"), Add("3", "./SCM/a", "1")))));
}
