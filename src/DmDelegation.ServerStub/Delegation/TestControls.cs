using System.Text.Json.Serialization;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>A control that applies to messages of one type, a number of times.</summary>
/// <param name="Type">Message type of delegation.md 14.2, MutualAuthentication also with its phase, as <c>MutualAuthentication3</c>; with <c>answer:</c> in front, the answer to that message.</param>
/// <param name="Count">How often; -1 for ever.</param>
/// <param name="Seconds">How long, for a delay.</param>
public sealed record MessageControl(string Type, int Count = 1, double Seconds = 0);

/// <summary>
/// Misbehaviour on demand, for tests: between servers (DEL-380) and towards the device. Everything is off at first.
/// A POST to the controls of a server replaces the whole set.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TestControls
{
    /// <summary>Messages that get lost on the way.</summary>
    public List<MessageControl> Drop { get; set; } = [];

    /// <summary>Messages that are held back before the first attempt, and answers that are long on their way.</summary>
    public List<MessageControl> Delay { get; set; } = [];

    /// <summary>Messages that are sent once more after they were answered.</summary>
    public List<MessageControl> Repeat { get; set; } = [];

    /// <summary>Messages that are overtaken by the next one.</summary>
    public List<MessageControl> Reorder { get; set; } = [];

    /// <summary>A: another TDK goes to B than to the device.</summary>
    public bool WrongTdk { get; init; }

    /// <summary>With <see cref="WrongTdk"/>: the check value in step 6 fits the wrong TDK, so that only the device finds out (KEY_LOCKOUT).</summary>
    public bool WrongCheckToo { get; init; }

    /// <summary>A: the terms are changed in this step, 3 or 6.</summary>
    public int WrongTermsIn { get; init; }

    /// <summary>A: step 3 is sent before step 2 is complete (DEL-362).</summary>
    public bool StartBeforeAuthentication { get; init; }

    /// <summary>B: step 9 says Success whatever the device said.</summary>
    public bool FalseComplete { get; init; }

    /// <summary>B: the proof of Exec Confirm is wrong (PROOF_BAD).</summary>
    public bool WrongProof { get; init; }

    /// <summary>The process stops right after it has saved that it is in this state.</summary>
    public string? CrashIn { get; init; }

    /// <summary>Step 1 is refused.</summary>
    public bool RefuseNotification { get; init; }

    /// <summary>Added to the clock of this server.</summary>
    public double ClockOffsetSeconds { get; init; }

    /// <summary>Signatures of step 2 are spoilt.</summary>
    public bool WrongSignature { get; init; }

    /// <summary>Messages to the device carry no credential.</summary>
    public bool SendNoCredential { get; init; }

    /// <summary>Messages to the device carry a wrong credential.</summary>
    public bool SendWrongCredential { get; init; }

    /// <summary>The device is always challenged with this type: syncml:auth-basic, syncml:auth-md5.</summary>
    public string? ChallengeType { get; init; }

    /// <summary>RespURI in every message to the device.</summary>
    public string? RespUri { get; init; }

    /// <summary>HTTP redirect (307) to this address.</summary>
    public string? Redirect { get; init; }

    /// <summary>Status for every Generic Alert instead of 200; such an alert is not recorded (DEL-238).</summary>
    public int AlertStatus { get; init; }

    /// <summary>The answer to the device is no SyncML.</summary>
    public bool MalformedBody { get; init; }

    /// <summary>HTTP status for the device instead of an answer, for example 503.</summary>
    public int HttpStatus { get; init; }

    /// <summary>The server behaves as if it did not know any device.</summary>
    public bool UnknownDevice { get; init; }

    /// <summary>Uses one of the controls in a list up; false when none applies.</summary>
    public static bool Take(List<MessageControl> controls, string type, int phase = 0) => TakeControl(controls, type, phase) is not null;

    /// <summary>Uses one of the controls in a list up and returns it.</summary>
    public static MessageControl? TakeControl(List<MessageControl> controls, string type, int phase = 0)
    {
        var index = controls.FindIndex(control => control.Count != 0 && (control.Type == type || (phase > 0 && control.Type == $"{type}{phase}")));
        if (index < 0)
            return null;
        var control = controls[index];
        if (control.Count > 0)
            controls[index] = control with { Count = control.Count - 1 };
        return control;
    }
}
