using static DmDelegation.Tests.Engine.Commands.CommandTestKit;

namespace DmDelegation.Tests.Engine.Commands;

[TestClass]
public sealed class AtomicTests
{
    [TestMethod]
    public void All_children_are_done_and_each_has_its_Status_behind_that_of_the_Atomic_REP_088_STA_001_STA_003()
    {
        var dialogue = Run(Command("Atomic", "1", Add("2", "./SCM/a", "1"), Replace("3", "./SCM/x", "new"), Delete("4", "./SCM/y")));
        Assert.AreEqual("1 Atomic 200, 2 Add 200, 3 Replace 200, 4 Delete 200", Answers(dialogue));
        Assert.AreEqual("1", dialogue.Leaf("./SCM/a"));
        Assert.AreEqual("new", dialogue.Leaf("./SCM/x"));
        Assert.IsNull(dialogue.Leaf("./SCM/y"));
        Assert.AreEqual(1, dialogue.Persists);
    }

    [TestMethod]
    public void The_failed_one_of_the_table_507_216_404_215_leaves_nothing_behind_REP_089_REP_090_REP_091_REP_095()
    {
        var dialogue = Run(Command("Atomic", "1", Add("2", "./SCM/a", "1"), Replace("3", "./SCM/none", "new"), Delete("4", "./SCM/y")));
        Assert.AreEqual("1 Atomic 507, 2 Add 216, 3 Replace 404, 4 Delete 215", Answers(dialogue));
        Assert.IsNull(dialogue.Leaf("./SCM/a"));
        Assert.AreEqual("two", dialogue.Leaf("./SCM/y"));
        Assert.AreEqual(0, dialogue.Persists);
    }

    [TestMethod]
    public void The_Items_of_a_failing_child_are_told_apart_REP_091_STA_005()
    {
        var dialogue = Run(Command("Atomic", "1", Command("Replace", "2", Item("./SCM/x", "a"), Item("./SCM/none", "b"), Item("./SCM/y", "c"))));
        Assert.AreEqual("1 Atomic 507, 2 Replace 216, 2 Replace 404, 2 Replace 215", Answers(dialogue));
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void Get_and_a_nested_Atomic_are_illegal_and_stop_it_before_the_first_change_REP_092_REP_095()
    {
        Assert.AreEqual("1 Atomic 507, 2 Add 215, 3 Get 500", Answers(Run(Command("Atomic", "1", Add("2", "./SCM/a", "1"), Get("3", "./SCM/x")))));
        var nested = Run(Command("Atomic", "1", Add("2", "./SCM/a", "1"), Command("Atomic", "3", Add("4", "./SCM/b", "1"))));
        Assert.AreEqual("1 Atomic 507, 2 Add 215, 3 Atomic 500, 4 Add 215", Answers(nested));
        Assert.IsNull(nested.Leaf("./SCM/b"));
    }

    [TestMethod]
    public void Exec_and_Sequence_inside_Atomic_are_answered_500_REP_065()
    {
        Assert.AreEqual("1 Atomic 507, 2 Exec 500", Answers(Run(Command("Atomic", "1", Command("Exec", "2", Item("./SCM/x"))))));
        Assert.AreEqual(
            "1 Atomic 507, 2 Sequence 500, 3 Add 215",
            Answers(Run(Command("Atomic", "1", Command("Sequence", "2", Add("3", "./SCM/a", "1"))))));
    }

    [TestMethod]
    public void An_operation_on_a_record_may_only_be_the_last_command_DEL_092()
    {
        const string Start = "<Item><Target><LocURI>./Delegation/7QK2/Operations/Start</LocURI></Target></Item>";
        Assert.AreEqual(
            "1 Atomic 507, 2 Exec 500, 3 Add 215",
            Answers(Run(Command("Atomic", "1", Command("Exec", "2", Start), Add("3", "./SCM/a", "1")))));
        var last = Run(Command("Atomic", "1", Add("2", "./SCM/a", "1"), Command("Exec", "3", Start)));
        Assert.AreEqual("1 Atomic 507, 2 Add 216, 3 Exec 404", Answers(last), "there is no such record");
        Assert.IsNull(last.Leaf("./SCM/a"));
    }

    [TestMethod]
    public void An_Alert_that_cannot_be_shown_fails_it_UI_001_REP_089() =>
        Assert.AreEqual(
            "1 Atomic 507, 2 Add 216, 3 Alert 406",
            Answers(Run(Command("Atomic", "1", Add("2", "./SCM/a", "1"), Alert("3", "1101")))));

    [TestMethod]
    public void A_chunk_or_a_command_without_Items_fails_it_before_the_first_change_REP_095_PRO_070()
    {
        Assert.AreEqual(
            "1 Atomic 507, 2 Add 215, 3 Replace 500",
            Answers(Run(Command("Atomic", "1", Add("2", "./SCM/a", "1"), Command("Replace", "3", Item("./SCM/x", "part", more: "<MoreData/>"))))));
        Assert.AreEqual("1 Atomic 507, 2 Replace 412", Answers(Run(Command("Atomic", "1", Command("Replace", "2")))));
    }

    [TestMethod]
    public void What_follows_a_failed_Atomic_is_executed()
    {
        var dialogue = Run(Command("Atomic", "1", Replace("2", "./SCM/none", "1")) + Replace("3", "./SCM/x", "new"));
        Assert.AreEqual("1 Atomic 507, 2 Replace 404, 3 Replace 200", Answers(dialogue));
        Assert.AreEqual("new", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void A_child_sees_what_the_one_before_it_did_REP_088() =>
        Assert.AreEqual(
            "1 Atomic 200, 2 Add 200, 3 Add 200",
            Answers(Run(Command("Atomic", "1", Add("2", "./SCM/new", null, "node"), Add("3", "./SCM/new/leaf", "1")))));
}
