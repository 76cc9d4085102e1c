using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.ServerStub.Demo;

/// <summary>How a step is made to fail, by the test controls of DEL-380.</summary>
/// <param name="Step">The step.</param>
/// <param name="What">For people.</param>
/// <param name="OfA">Controls of A.</param>
/// <param name="OfB">Controls of B.</param>
/// <param name="Confirm">Confirmation mode the failure needs, null: any.</param>
/// <param name="Window">Fail-safe window in seconds: short where the device finds out by its end.</param>
internal sealed record DemoFailure(
    int Step, string What, TestControls OfA, TestControls OfB, string? Confirm = null, long Window = DemoOptions.WindowSeconds)
{
    private static readonly DemoFailure[] All =
    [
        new(1, "B does not want it", new(), new() { RefuseNotification = true }),
        new(2, "B's signature is wrong", new(), new() { WrongSignature = true }),
        new(3, "A changes the terms after they were signed", new() { WrongTermsIn = 3 }, new()),
        new(4, "the device refuses the command, its scope does not exist", new(), new()),
        new(6, "the key A hands to B is not the device's, B notices", new() { WrongTdk = true }, new()),
        new(7, "the key A hands to B is wrong and so is its check value: B cannot log in", new() { WrongTdk = true, WrongCheckToo = true }, new()),
        new(8, "B's proof is wrong", new(), new() { WrongProof = true }, "exec"),
        new(9, "B reports success although it has never proved itself to the device", new(), new() { FalseComplete = true }, "exec", Window: 10),
    ];

    /// <summary>Steps that can be made to fail.</summary>
    public static IEnumerable<int> Steps => All.Select(failure => failure.Step);

    /// <summary>The failure of a step.</summary>
    public static DemoFailure At(int step) => All.Single(failure => failure.Step == step);
}
