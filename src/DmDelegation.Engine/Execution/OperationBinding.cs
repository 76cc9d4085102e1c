using System.Collections.Immutable;

namespace DmDelegation.Engine.Execution;

/// <summary>What an operation makes of the Data of its Exec (REP-066, TND-083).</summary>
public enum OperationArgument
{
    /// <summary>Nothing: an Exec with Data is refused.</summary>
    None,

    /// <summary>Text for the program, behind its fixed arguments.</summary>
    Text,

    /// <summary>A LocURI of the tree: what the program writes becomes the value of that leaf (DEL-329). The program gets the LocURI too.</summary>
    Uri,
}

/// <summary>A node of the device bound to a program by the device profile: what its Exec does (TND-083).</summary>
/// <param name="Program">Absolute path of the program; who runs the agent owns it or trusts its owner, nobody else may write it.</param>
/// <param name="Arguments">Fixed arguments.</param>
/// <param name="TimeoutSeconds">Seconds after which it is cancelled before its point of no return, 1 … <see cref="MaxTimeoutSeconds"/>.</param>
/// <param name="Argument">What becomes of the Data of the Exec.</param>
public sealed record OperationBinding(string Program, ImmutableArray<string> Arguments, int TimeoutSeconds, OperationArgument Argument)
{
    /// <summary>Longest time-out. Own choice: a day, as long as the shortest life of a nonce.</summary>
    public const int MaxTimeoutSeconds = 86_400;

    /// <summary>The line by which a program asks to pass its point of no return (DEL-218). No argument is this word: a program that says its argument again would ask for what a server wants.</summary>
    public const string PointOfNoReturn = "point-of-no-return";

    /// <summary>Time-out where the profile says nothing. Own choice.</summary>
    public const int DefaultTimeoutSeconds = 60;
}
