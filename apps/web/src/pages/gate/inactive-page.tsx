import { GateTitle } from "./gate-title.tsx";
import { BackToSignIn } from "./sign-up-page.tsx";

/** What a deactivated person is told. */
export function InactivePage() {
  return (
    <>
      <GateTitle
        title="Your account is inactive"
        text="An administrator has deactivated it, so you cannot sign in and your API keys do not work. Nothing of yours was deleted. Ask an administrator of your workspace to activate it again."
      />
      <BackToSignIn />
    </>
  );
}
