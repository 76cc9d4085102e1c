using DmDelegation.Engine.Delegation;

namespace DmDelegation.Tests.Engine.Delegation;

/// <summary>The matrix of 12.2, typed from the specification, against the table.</summary>
[TestClass]
public sealed class TransitionTableTests
{
    private static readonly DelegationState[] Columns =
        [DelegationState.Staged, DelegationState.Pending, DelegationState.Active, DelegationState.Suspended, DelegationState.Finalised, DelegationState.Revoked];

    /// <summary>Event; rows for Staged | Pending | Active | Suspended | Finalised | ended; 291: no row.</summary>
    public static IEnumerable<object[]> Matrix { get; } =
    [
        [DelegationEvent.AddOfTheId, "3 | 3 | 3 | 3 | 3 | 3"],
        [DelegationEvent.WriteByA, "4 | 291 | 291 | 291 | 291 | 291"],
        [DelegationEvent.AShortens, "4 | 291 | 24 | 24 | 291 | 291"],
        [DelegationEvent.ATellsTime, "4 | 23 | 23 | 23 | 291 | 291"],
        [DelegationEvent.Start, "5, 6, 7 | 9 | 9 | 9 | 9 | 291"],
        [DelegationEvent.BAuthenticated, "291 | 10, 11, 12 | 28 | 29 | 28 | 291"],
        [DelegationEvent.LoginOfBFailed, "291 | 17, 18 | 30 | 30 | 30 | 291"],
        [DelegationEvent.ConfirmProofGood, "291 | 13, 14, 15, 16 | 31 | 31 | 31 | 291"],
        [DelegationEvent.ConfirmProofBad, "291 | 16, 17, 18 | 31 | 31 | 31 | 291"],
        [DelegationEvent.Cancel, "8 | 20 | 291 | 291 | 47 | 291"],
        [DelegationEvent.Revoke, "8 | 20 | 32 | 32 | 47 | 291"],
        [DelegationEvent.Reduce, "291 | 291 | 33, 34 | 33, 34 | 47 | 291"],
        [DelegationEvent.Relinquish, "291 | 22 | 22 | 22 | 47 | 291"],
        [DelegationEvent.DeleteOfTheRecord, "8 | 20 | 32 | 32 | 47 | 52"],
        [DelegationEvent.LocalEnd, "8 | 21 | 37 | 37 | 47 | 291"],
        [DelegationEvent.BReplacesPins, "291 | 291 | 25 | 291 | 25 | 291"],
        [DelegationEvent.BRotates, "291 | 26 | 26 | 291 | 26 | 291"],
        [DelegationEvent.RotationOverdue, "291 | 291 | 27 | 27 | 291 | 291"],
        [DelegationEvent.WindowOver, "291 | 19 | 291 | 291 | 291 | 291"],
        [DelegationEvent.ExpiryDue, "291 | 19 | 35 | 35 | 291 | 291"],
        [DelegationEvent.Age, "8 | 291 | 291 | 291 | 291 | 52"],
        [DelegationEvent.Restart, "8 | 42 | 40 | 46 | 50 | 291"],
        [DelegationEvent.RebootClockTrusted, "8 | 42 | 40 | 43, 44, 45 | 50 | 291"],
        [DelegationEvent.RebootClockNotTrusted, "8 | 42 | 38, 39 | 46 | 50 | 291"],
        [DelegationEvent.ClockTrusted, "291 | 42 | 291 | 43, 44, 45 | 291 | 291"],
        [DelegationEvent.ParentEnded, "291 | 21 | 36 | 36 | 291 | 291"],
        [DelegationEvent.ParentSuspended, "291 | 42 | 41 | 46 | 291 | 291"],
        [DelegationEvent.ParentActiveAgain, "291 | 42 | 291 | 43, 44, 45 | 291 | 291"],
        [DelegationEvent.AccountOfAGone, "8 | 21 | 37 | 37 | 48 | 291"],
        [DelegationEvent.AccountOfBGone, "291 | 21 | 37 | 37 | 49 | 291"],
        [DelegationEvent.OwnerDeletesTheScope, "291 | 21 | 37 | 37 | 49 | 291"],
        [DelegationEvent.ScopeFinallyDelegatedOn, "291 | 291 | 291 | 291 | 51 | 291"],
        [DelegationEvent.FactoryReset, "8 | 53 | 53 | 53 | 53 | 53"],
    ];

    /// <summary>The same, one by one; all ended states stand under Revoked.</summary>
    internal static IEnumerable<(DelegationEvent On, DelegationState Column, int Row)> Cells =>
        from line in Matrix
        from cell in ((string)line[1]).Split(" | ").Zip(Columns)
        from row in cell.First.Split(", ")
        select ((DelegationEvent)line[0], cell.Second, int.Parse(row));

    [TestMethod]
    [DynamicData(nameof(Matrix))]
    public void The_table_has_exactly_the_rows_of_the_matrix_DEL_290_DEL_291(DelegationEvent happening, string cells)
    {
        var expected = cells.Split(" | ");
        for (var column = 0; column < Columns.Length; column++)
        {
            var rows = TransitionTable.For(Columns[column], happening).Select(row => row.Number).Order().ToList();
            var actual = rows.Count == 0 ? "291" : string.Join(", ", rows);
            Assert.AreEqual(expected[column], actual, $"{happening} in {Columns[column]}");
        }
    }

    [TestMethod]
    public void Every_event_is_in_the_matrix_DEL_290() =>
        Assert.HasCount(Enum.GetValues<DelegationEvent>().Length, Matrix.Select(row => row[0]).Distinct().ToList());

    [TestMethod]
    public void All_ended_states_behave_alike_DEL_290()
    {
        foreach (var happening in Enum.GetValues<DelegationEvent>())
        {
            foreach (var ended in Enum.GetValues<DelegationState>().Where(state => state.IsEnded()))
            {
                Assert.AreEqual(TransitionTable.Has(DelegationState.Revoked, happening), TransitionTable.Has(ended, happening), $"{happening} in {ended}");
            }
        }
    }

    [TestMethod]
    public void A_command_without_a_row_is_a_state_conflict_and_a_final_delegation_says_so_DEL_291_DEL_262()
    {
        Assert.AreEqual(ReasonCode.StateConflict, TransitionTable.Refusal(DelegationState.Active, DelegationEvent.Cancel));
        Assert.AreEqual(ReasonCode.FinalIrrevocable, TransitionTable.Refusal(DelegationState.Finalised, DelegationEvent.Revoke));
        Assert.AreEqual(ReasonCode.ScopePinned, TransitionTable.Refusal(DelegationState.Finalised, DelegationEvent.OwnerDeletesTheScope));
        Assert.IsNull(TransitionTable.Refusal(DelegationState.Active, DelegationEvent.Revoke));
    }

    [TestMethod]
    public void A_move_without_a_row_is_a_broken_promise_of_our_own_DEL_291()
    {
        var record = new DelegationRecord { Id = "x", By = "a.example", State = DelegationState.Staged };
        Assert.ThrowsExactly<InvalidOperationException>(() => record.Move(DelegationEvent.Start, DelegationState.Active, 0));
        Assert.AreEqual(DelegationState.Pending, record.Move(DelegationEvent.Start, DelegationState.Pending, 0).State);
    }
}
